import CPgQuery

/// The version of PostgreSQL whose parser this is: `15.1`.
package let parserVersion = PG_VERSION
