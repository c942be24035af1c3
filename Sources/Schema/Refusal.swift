import OffstageSyntax

/// What is said of statements that PostgreSQL reads and the embedded engine does not do: what it is, and the nearest thing to use.
extension Application {
    func refusal(of node: String, _ position: Position) -> SQLError {
        let (what, hint) = Self.words[node] ?? (node, nil)
        return SQLError("0A000", "\(what) is not supported", hint: hint ?? Self.otherwise, position: position.known)
    }

    private static let otherwise = "Docs/Reference/SQL.md lists what is."

    /// By PostgreSQL's name of the statement.
    private static let words: [String: (what: String, hint: String?)] = [
        "CreateEventTrigStmt": ("CREATE EVENT TRIGGER", "Definitions change only in migrations: write what it would do there."),
        "AlterEventTrigStmt": ("ALTER EVENT TRIGGER", "Definitions change only in migrations: write what it would do there."),
        "RuleStmt": ("CREATE RULE", "Use a view, with triggers instead of insert, update and delete."),
        "CreateCastStmt": ("CREATE CAST", "Call a function of your own where the value is needed."),
        "CreateOpClassStmt": ("CREATE OPERATOR CLASS", "Index an expression that sorts as you need."),
        "CreateOpFamilyStmt": ("CREATE OPERATOR FAMILY", "Index an expression that sorts as you need."),
        "AlterOpFamilyStmt": ("ALTER OPERATOR FAMILY", "Index an expression that sorts as you need."),
        "AlterOperatorStmt": ("ALTER OPERATOR", "Use a function."),
        "DefineStmt": ("CREATE AGGREGATE, OPERATOR, COLLATION or base TYPE", "Use a function, or the aggregates there are."),
        "CreateTransformStmt": ("CREATE TRANSFORM", "Cast the values in the function."),
        "CreateConversionStmt": ("CREATE CONVERSION", "All text is UTF-8."),
        "CreatePLangStmt": ("CREATE LANGUAGE", "Use language sql or plpgsql, or Swift."),
        "CreateAmStmt": ("CREATE ACCESS METHOD", "Use the index methods there are."),
        "CreateStatsStmt": ("CREATE STATISTICS", "Leave it out: the planner makes its own."),
        "AlterStatsStmt": ("ALTER STATISTICS", "Leave it out: the planner makes its own."),
        "CreateForeignServerStmt": ("CREATE SERVER", "Copy the rows by offstage import."),
        "AlterForeignServerStmt": ("ALTER SERVER", "Copy the rows by offstage import."),
        "CreateForeignTableStmt": ("CREATE FOREIGN TABLE", "Copy the rows by offstage import."),
        "CreateFdwStmt": ("CREATE FOREIGN DATA WRAPPER", "Copy the rows by offstage import."),
        "AlterFdwStmt": ("ALTER FOREIGN DATA WRAPPER", "Copy the rows by offstage import."),
        "ImportForeignSchemaStmt": ("IMPORT FOREIGN SCHEMA", "Copy the rows by offstage import."),
        "CreateUserMappingStmt": ("CREATE USER MAPPING", "Copy the rows by offstage import."),
        "AlterUserMappingStmt": ("ALTER USER MAPPING", "Copy the rows by offstage import."),
        "DropUserMappingStmt": ("DROP USER MAPPING", "Copy the rows by offstage import."),
        "CreateSubscriptionStmt": ("CREATE SUBSCRIPTION", "Use realtime, or webhooks."),
        "AlterSubscriptionStmt": ("ALTER SUBSCRIPTION", "Use realtime, or webhooks."),
        "DropSubscriptionStmt": ("DROP SUBSCRIPTION", "Use realtime, or webhooks."),
        "CreateTableSpaceStmt": ("CREATE TABLESPACE", "The database is one file."),
        "DropTableSpaceStmt": ("DROP TABLESPACE", "The database is one file."),
        "CreatedbStmt": ("CREATE DATABASE", "Make another project: offstage init."),
        "DropdbStmt": ("DROP DATABASE", "A project is a folder: remove it."),
        "ListenStmt": ("LISTEN", "Use realtime."), "NotifyStmt": ("NOTIFY", "Use realtime."), "UnlistenStmt": ("UNLISTEN", "Use realtime."),
        "CopyStmt": ("COPY … TO", "Use offstage export."),
        "ExplainStmt": ("EXPLAIN", "Measure the request itself; indexes are used as in PostgreSQL where they fit."),
        "PrepareStmt": ("PREPARE", "Write the statement itself: requests are prepared and kept."),
        "ExecuteStmt": ("EXECUTE", "Write the statement itself: requests are prepared and kept."),
        "DeallocateStmt": ("DEALLOCATE", "Write the statement itself: requests are prepared and kept."),
        "DeclareCursorStmt": ("DECLARE CURSOR", "Use limit and an order by a key."),
        "FetchStmt": ("FETCH", "Use limit and an order by a key."), "ClosePortalStmt": ("CLOSE", "Use limit and an order by a key."),
        "CallStmt": ("CALL", "Use a function that returns void, by select f()."),
        "LoadStmt": ("LOAD", "There are no libraries to load."),
        "AlterTableMoveAllStmt": ("ALTER TABLE ALL IN TABLESPACE", "The database is one file."),
        "AlterExtensionContentsStmt": ("ALTER EXTENSION ADD or DROP", "Leave it out."),
        "AlterCollationStmt": ("ALTER COLLATION", "Text sorts as in \"C\"."),
        "AlterObjectDependsStmt": ("ALTER … DEPENDS ON EXTENSION", "Leave it out."),
        "AlterTSConfigurationStmt": ("ALTER TEXT SEARCH CONFIGURATION", "Use the configurations simple and english."),
        "AlterTSDictionaryStmt": ("ALTER TEXT SEARCH DICTIONARY", "Use the configurations simple and english."),
        "AlterDefaultPrivilegesStmt": ("ALTER DEFAULT PRIVILEGES on this", "Grant it on each object."),
        "AlterTableStmt": ("ALTER of this kind of object", nil),
        "VariableSetStmt": ("this SET", nil), "VariableShowStmt": ("SHOW ALL", "Show one setting by its name."),
        "TransactionStmt": ("this command about transactions", "A file is one transaction: leave it out."),
        "AlterTypeStmt": ("ALTER TYPE … SET", "Leave it out."),
        "AlterObjectSchemaStmt": ("SET SCHEMA of this", "Create it in the schema where it should be."),
        "AlterDomainStmt": ("ALTER DOMAIN", "Use the type with a check on the column."),
        "MergeStmt": ("MERGE", "Use insert … on conflict, update and delete."),
        "AlterFunctionStmt": ("ALTER FUNCTION", "Use create or replace function."),
    ]

    /// `alter table` actions, by the parser's names.
    static let actionWords: [String: (what: String, hint: String)] = [
        "AT_AddInherit": ("INHERIT", "Use one table, with a column that tells the kinds apart."),
        "AT_DropInherit": ("NO INHERIT", "Use one table, with a column that tells the kinds apart."),
        "AT_AddOf": ("OF type", "Write the columns out."), "AT_DropOf": ("NOT OF", "Write the columns out."),
        "AT_AttachPartition": ("ATTACH PARTITION", "Use one table, with an index on the column it would be split by."),
        "AT_DetachPartition": ("DETACH PARTITION", "Use one table, with an index on the column it would be split by."),
        "AT_DetachPartitionFinalize": ("DETACH PARTITION", "Use one table, with an index on the column it would be split by."),
        "AT_EnableRule": ("ENABLE RULE", "Use triggers."), "AT_DisableRule": ("DISABLE RULE", "Use triggers."),
        "AT_EnableReplicaRule": ("ENABLE REPLICA RULE", "Use triggers."), "AT_EnableAlwaysRule": ("ENABLE ALWAYS RULE", "Use triggers."),
        "AT_EnableTrig": ("ENABLE TRIGGER", "Drop and create the trigger."), "AT_DisableTrig": ("DISABLE TRIGGER", "Drop the trigger."),
        "AT_EnableTrigAll": ("ENABLE TRIGGER ALL", "Drop and create the triggers."),
        "AT_DisableTrigAll": ("DISABLE TRIGGER ALL", "Drop the triggers."),
        "AT_EnableTrigUser": ("ENABLE TRIGGER USER", "Drop and create the triggers."),
        "AT_DisableTrigUser": ("DISABLE TRIGGER USER", "Drop the triggers."),
        "AT_AlterConstraint": ("ALTER CONSTRAINT", "Drop the constraint and add it again."),
        "AT_GenericOptions": ("OPTIONS", "Copy the rows by offstage import."),
    ]
}
