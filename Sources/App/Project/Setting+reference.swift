extension Setting {
    /// `Docs/Reference/Settings.md`, whole.
    package static var reference: String {
        var text = """
            # Settings

            Flags come first, then variables, then `offstage.<environment>.yaml`, then `offstage.yaml`, then the defaults below. In a file, a dot is a
            level: `server.port` is `port:` under `server:`. In a variable it is two underscores. Secrets may be given as `…_FILE`, the name of a file.
            On the command line any of them is `--set key=value`. An unknown key is an error, in a file and in a variable.

            This page is written by `offstage settings`.

            | Key | Variable | Type | Default | |
            |---|---|---|---|---|

            """
        for setting in all {
            let standard = setting.standard.isEmpty ? "" : "`\(setting.standard)`"
            text +=
                "| `\(setting.key)` | `\(setting.variable)`\(setting.isSecret ? " or `…_FILE`" : "") | \(setting.type) | \(standard) | \(setting.summary) |\n"
        }
        return text
    }
}
