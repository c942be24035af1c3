extension WordParser {
    /// Which character leads where: PostgreSQL's default parser (chapter 12.5), a line for each of its states.
    ///
    /// Rules are tried in order; each is a kind of character, or `'` and the character itself, then what to do:
    /// `>state` goes there, `=kind` ends a word of that kind, `push` remembers this place to come back to, `pop` goes back and tries the
    /// rules behind, `clear` forgets the place remembered last, `clearAll` all of them, `merge` takes the place over, `again` looks at the
    /// same character once more, and `@` names a special step. A rule without a state stays where it is.
    static let ruleText = #"""
        base: end ; '< push >tagFirst ; ignored >space ; letter >asciiWord ; alpha >word ; digit >unsignedInt ; '- push >signedIntFirst ; '+ push >signedIntFirst ; '& push >entityFirst ; '~ push >fileTwiddle ; '/ push >fileFirst ; '. push >pathFirstFirst ; any >space
        numWord: end =numword >base ; alnum >numWord ; mark >numWord ; '@ push >email ; '/ push >fileFirst ; '. push >fileNext ; '- push >hyphenNumWordFirst ; any =numword >base
        asciiWord: end =asciiword >base ; letter ; '. push >hostFirstDomain ; '. push >fileNext ; '- push >hostFirstAN ; '- push >hyphenAsciiWordFirst ; '_ push >hostFirstAN ; '@ push >email ; ': push >protocolFirst ; '/ push >fileFirst ; digit push >host ; digit >numWord ; alpha >word ; mark >word ; any =asciiword >base
        word: end =word >base ; alpha ; mark ; digit >numWord ; '- push >hyphenWordFirst ; any =word >base
        unsignedInt: end =uint >base ; digit ; '. push >hostFirstDomain ; '. push >uDecimalFirst ; 'e push >mantissaFirst ; 'E push >mantissaFirst ; '- push >hostFirstAN ; '_ push >hostFirstAN ; '@ push >email ; letter push >host ; alpha >numWord ; mark >numWord ; '/ push >fileFirst ; any =uint >base
        signedIntFirst: end pop ; digit clear >signedInt ; any pop
        signedInt: end =int >base ; digit ; '. push >decimalFirst ; 'e push >mantissaFirst ; 'E push >mantissaFirst ; any =int >base
        space: end =blank >base ; '< =blank >base ; ignored ; '- =blank >base ; '+ =blank >base ; '& =blank >base ; '/ =blank >base ; notAlnum >space ; any =blank >base
        uDecimalFirst: end pop ; digit clear >uDecimal ; any pop
        uDecimal: end =float >base ; digit >uDecimal ; '. push >versionFirst ; 'e push >mantissaFirst ; 'E push >mantissaFirst ; any =float >base
        decimalFirst: end pop ; digit clear >decimal ; any pop
        decimal: end =float >base ; digit >decimal ; '. push >verVersion ; 'e push >mantissaFirst ; 'E push >mantissaFirst ; any =float >base
        verVersion: end pop ; digit again >sVerVersion @fromStart ; any pop
        sVerVersion: end pop ; digit clearAll =blank >unsignedInt ; any
        versionFirst: end pop ; digit clear >version ; any pop
        version: end =version >base ; digit >version ; '. push >versionFirst ; any =version >base
        mantissaFirst: end pop ; digit clear >mantissa ; '+ >mantissaSign ; '- >mantissaSign ; any pop
        mantissaSign: end pop ; digit clear >mantissa ; any pop
        mantissa: end =sfloat >base ; digit >mantissa ; any =sfloat >base
        entityFirst: end pop ; '# >entityNumFirst ; letter >entity ; ': >entity ; '_ >entity ; any pop
        entity: end pop ; alnum >entity ; ': >entity ; '_ >entity ; '. >entity ; '- >entity ; '; >entityEnd ; any pop
        entityNumFirst: end pop ; 'x >entityHexNumFirst ; 'X >entityHexNumFirst ; digit >entityNum ; any pop
        entityHexNumFirst: end pop ; hex >entityHexNum ; any pop
        entityNum: end pop ; digit >entityNum ; '; >entityEnd ; any pop
        entityHexNum: end pop ; hex >entityHexNum ; '; >entityEnd ; any pop
        entityEnd: any clear =entity >base
        tagFirst: end pop ; '/ push >tagCloseFirst ; '! push >commentFirst ; '? push >xmlBegin ; letter push >tagName ; ': push >tagName ; '_ push >tagName ; any pop
        xmlBegin: end pop ; 'x >tag ; any pop
        tagCloseFirst: end pop ; letter >tagName ; any pop
        tagName: end pop ; '/ >tagBeginEnd ; '> >tagEnd @script ; blank >tag @script ; alnum ; ': ; '_ ; '. ; '- ; any pop
        tagBeginEnd: end pop ; '> >tagEnd ; any pop
        tag: end pop ; '> >tagEnd @script ; '' >tagQuoted ; '" >tagDoubleQuoted ; letter ; digit ; '= ; '- ; '_ ; '# ; '/ ; ': ; '. ; '& ; '? ; '% ; '~ ; blank @script ; any pop
        tagQuoted: end pop ; '\ push >tagEscape ; '' >tag ; any >tagQuoted
        tagDoubleQuoted: end pop ; '\ push >tagEscape ; '" >tag ; any >tagDoubleQuoted
        tagEscape: end pop ; any merge
        tagEnd: any clearAll =tag >base
        commentFirst: end pop ; '- >commentLast ; 'D >tag ; 'd >tag ; any pop
        commentLast: end pop ; '- >comment ; any pop
        comment: end pop ; '- >closeCommentFirst ; any
        closeCommentFirst: end pop ; '- >closeCommentLast ; any >comment
        closeCommentLast: end pop ; '- ; '> >commentEnd ; any >comment
        commentEnd: any clearAll =tag >base
        hostFirstDomain: end pop ; letter >hostDomainSecond ; digit >host ; any pop
        hostDomainSecond: end pop ; letter >hostDomain ; digit push >host ; '- push >hostFirstAN ; '_ push >hostFirstAN ; '. push >hostFirstDomain ; '@ push >email ; any pop
        hostDomain: end clearAll =host >base ; letter >hostDomain ; digit push >host ; ': push >portFirst ; '- push >hostFirstAN ; '_ push >hostFirstAN ; '. push >hostFirstDomain ; '@ push >email ; digit pop ; stopHost clearAll =host >urlPathStart ; '/ push >fullURL ; any clearAll =host >base
        portFirst: end pop ; digit >port ; any pop
        port: end clearAll =host >base ; digit >port ; stopHost clearAll =host >urlPathStart ; '/ push >fullURL ; any clearAll =host >base
        hostFirstAN: end pop ; digit >host ; letter >host ; any pop
        host: end pop ; digit >host ; letter >host ; '@ push >email ; '. push >hostFirstDomain ; '- push >hostFirstAN ; '_ push >hostFirstAN ; any pop
        email: stopHost pop ; isHost clearAll =email >base ; any pop
        fileFirst: end pop ; letter >file ; digit >file ; '. >pathFirst ; '_ >file ; '~ push >fileTwiddle ; any pop
        fileTwiddle: end pop ; letter >file ; digit >file ; '_ >file ; '/ >fileFirst ; any pop
        pathFirst: end pop ; letter >file ; digit >file ; '_ >file ; '. >pathSecond ; '/ >fileFirst ; any pop
        pathFirstFirst: end pop ; '. >pathSecond ; '/ >fileFirst ; any pop
        pathSecond: end clear =file >base ; '/ push >fileFirst ; '/ clear =file >base ; blank clear =file >base ; any pop
        file: end =file >base ; letter >file ; digit >file ; '. push >fileNext ; '_ >file ; '- >file ; '/ push >fileFirst ; any =file >base
        fileNext: end pop ; letter clear >file ; digit clear >file ; '_ clear >file ; any pop
        urlPathFirst: end pop ; url >urlPath ; any pop
        urlPathStart: any >urlPath
        urlPath: end =url_path >base ; url >urlPath ; any =url_path >base
        fullURL: end pop ; isPath clearAll =url >base @toHost ; any pop
        protocolFirst: end pop ; '/ >protocolSecond ; any pop
        protocolSecond: end pop ; '/ >protocolEnd ; any pop
        protocolEnd: any clearAll =protocol >base
        hyphenAsciiWordFirst: end pop ; letter >hyphenAsciiWord ; alpha >hyphenWord ; digit >hyphenDigits ; any pop
        hyphenAsciiWord: end clearAll =asciihword >parts @toStart ; letter >hyphenAsciiWord ; alpha >hyphenWord ; mark >hyphenWord ; digit >hyphenNumWord ; '- push >hyphenAsciiWordFirst ; any clearAll =asciihword >parts @toStart
        hyphenWordFirst: end pop ; alpha >hyphenWord ; digit >hyphenDigits ; any pop
        hyphenWord: end clearAll =hword >parts @toStart ; alpha >hyphenWord ; mark >hyphenWord ; digit >hyphenNumWord ; '- push >hyphenWordFirst ; any clearAll =hword >parts @toStart
        hyphenNumWordFirst: end pop ; alpha >hyphenNumWord ; digit >hyphenDigits ; any pop
        hyphenNumWord: end clearAll =numhword >parts @toStart ; alnum >hyphenNumWord ; mark >hyphenNumWord ; '- push >hyphenNumWordFirst ; any clearAll =numhword >parts @toStart
        hyphenDigits: end pop ; digit >hyphenDigits ; alpha >hyphenNumWord ; mark >hyphenNumWord ; any pop
        parts: end again >base ; letter >asciiPart ; alpha >wordPart ; digit push >numberPart ; '- push >partHyphen ; any again >base
        partHyphen: end pop ; alnum clear =blank >parts ; mark clear =blank >parts ; any pop
        wordPart: end =hword_part >base ; alpha >wordPart ; mark >wordPart ; digit >numPart ; any =hword_part >parts
        asciiPart: end =hword_asciipart >base ; letter >asciiPart ; alpha >wordPart ; mark >wordPart ; digit >numPart ; any =hword_asciipart >parts
        numPart: end =hword_numpart >base ; alnum >numPart ; mark >numPart ; any =hword_numpart >parts
        numberPart: end pop ; digit ; alpha clear >numPart ; mark clear >numPart ; any pop
        """#
}
