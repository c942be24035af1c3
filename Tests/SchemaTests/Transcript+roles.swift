extension Transcript {
    static let roleSettings = #"""
        ## create role quick
        ## alter role quick set statement_timeout = '2s'
        ## alter role quick set statement_timeout to 1500
        ## alter role quick set "Statement_Timeout" = ' 10 min '
        ## alter role quick set statement_timeout = '1.5s'
        ## alter role quick set statement_timeout = '0x10'
        ## alter role quick set statement_timeout = '600us'
        ## alter role quick set statement_timeout = '2147483647.4'
        ## alter role quick set statement_timeout = '-400us'
        ## alter role quick set statement_timeout = 0
        ## alter role quick set statement_timeout = 'abc'
        22023: invalid value for parameter "statement_timeout": "abc"
        ## alter role quick set statement_timeout = ''
        22023: invalid value for parameter "statement_timeout": ""
        ## alter role quick set statement_timeout = '5 parsecs'
        22023: invalid value for parameter "statement_timeout": "5 parsecs"
        H: Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".
        ## alter role quick set statement_timeout = '1S'
        22023: invalid value for parameter "statement_timeout": "1S"
        H: Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".
        ## alter role quick set statement_timeout = '1s x'
        22023: invalid value for parameter "statement_timeout": "1s x"
        H: Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".
        ## alter role quick set statement_timeout = -1
        22023: -1 ms is outside the valid range for parameter "statement_timeout" (0 .. 2147483647)
        ## alter role quick set statement_timeout = '-600us'
        22023: -1 ms is outside the valid range for parameter "statement_timeout" (0 .. 2147483647)
        ## alter role quick set statement_timeout = '30d'
        22023: invalid value for parameter "statement_timeout": "30d"
        H: Value exceeds integer range.
        ## alter role quick set statement_timeout = '99999999999999999999'
        22023: invalid value for parameter "statement_timeout": "99999999999999999999"
        H: Value exceeds integer range.
        ## alter role quick set statement_timeout = 'inf'
        22023: invalid value for parameter "statement_timeout": "inf"
        ## alter role quick reset statement_timeout
        ## alter role quick set statement_timeout = '3h'
        ## alter role quick reset all
        ## alter role quick set statement_timeout = '1d'
        ## alter role quick set statement_timeout to default
        ## alter role nobody2 set statement_timeout = '1s'
        42704: role "nobody2" does not exist
        ## drop role quick
        ## NAMES
        """#
}
