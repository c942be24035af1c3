import CXML2

extension XMLRows {
    /// Reads a document.
    ///
    /// ```swift
    /// try XMLRows(reading: "<books><row><id>1</id></row></books>").rows   // [[.text("1")]]
    /// ```
    ///
    /// - Parameter columns: only these count, and rows may leave some out.
    /// - Throws: the first thing that is wrong, with its place.
    package init(reading document: UnsafeBufferPointer<UInt8>, columns: [String]? = nil, limits: XMLLimits = XMLLimits()) throws(XMLError) {
        try XMLGuard.check(document, limits)
        self = try XMLReading(document, XMLRows(columns: columns, limits: limits)).result()
    }
}

/// One run of libxml2's parser, which tells of elements and text as it meets them and makes no tree.
///
/// It loads nothing: no DTD, no entity, no file. Whatever it reports first ends the run.
///
/// Source: libxml2, libxml/parser.h (SAX2 callbacks).
private final class XMLReading {
    private static let isReady: Void = xmlInitParser()

    private let document: UnsafeBufferPointer<UInt8>
    private var rows: XMLRows
    private var error: XMLError?
    private var parser: xmlParserCtxtPtr?

    init(_ document: UnsafeBufferPointer<UInt8>, _ rows: XMLRows) {
        self.document = document
        self.rows = rows
    }

    func result() throws(XMLError) -> XMLRows {
        _ = Self.isReady
        let unread = XMLError(XMLProblem("The document could not be read."), at: 0, of: document)
        guard let count = CInt(exactly: document.count), let start = UnsafeRawPointer(document.baseAddress),
            let parser = xmlCreateMemoryParserCtxt(start.assumingMemoryBound(to: CChar.self), count)
        else { throw unread }
        defer { xmlFreeParserCtxt(parser) }
        // A declared encoding is UTF-8 by now, and is not looked at again.
        xmlCtxtUseOptions(parser, CInt(XML_PARSE_NONET.rawValue | XML_PARSE_IGNORE_ENC.rawValue))
        parser.pointee.sax.pointee = Self.handler
        parser.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
        self.parser = parser
        let code = withExtendedLifetime(self) { xmlParseDocument(parser) }
        self.parser = nil
        if let error { throw error }
        guard code == 0, parser.pointee.wellFormed == 1 else { throw unread }
        return rows
    }

    // MARK: What the parser calls

    private static var handler: xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = XML_SAX2_MAGIC
        handler.startElementNs = { context, name, _, namespace, declared, _, count, _, attributes in
            XMLReading.of(context)?.start(name, namespace, declares: declared > 0, attributes, Int(count))
        }
        handler.endElementNs = { context, _, _, _ in XMLReading.of(context)?.take { rows throws(XMLProblem) in try rows.end() } }
        handler.characters = { context, text, count in XMLReading.of(context)?.text(text, count) }
        handler.ignorableWhitespace = handler.characters
        handler.cdataBlock = handler.characters
        handler.serror = { context, error in
            guard let error, error.pointee.level != XML_ERR_WARNING else { return }
            let message = error.pointee.message.map { String(cString: $0) } ?? ""
            XMLReading.of(context)?.fail(XMLProblem(String(message.prefix(200).filter { $0 != "\n" })))
        }
        // Refused before they come here.
        handler.internalSubset = { context, _, _, _ in XMLReading.of(context)?.fail(XMLProblem("A DOCTYPE is refused.")) }
        handler.processingInstruction = { context, _, _ in
            XMLReading.of(context)?.fail(XMLProblem("Processing instructions are refused."))
        }
        handler.reference = { context, _ in XMLReading.of(context)?.fail(XMLProblem("Entities are not read.")) }
        return handler
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> XMLReading? {
        context.map { Unmanaged<XMLReading>.fromOpaque($0).takeUnretainedValue() }
    }

    private func start(
        _ name: UnsafePointer<xmlChar>?, _ namespace: UnsafePointer<xmlChar>?, declares: Bool,
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ count: Int
    ) {
        var given: [XMLRows.Attribute] = []
        // Five pointers each: name, prefix, namespace, where the value begins and where it ends.
        if let attributes {
            for place in 0..<max(0, count) {
                let value = UnsafeBufferPointer(start: attributes[place * 5 + 3], end: attributes[place * 5 + 4])
                given.append(
                    XMLRows.Attribute(
                        name: Self.text(attributes[place * 5]) ?? "", namespace: Self.text(attributes[place * 5 + 2]),
                        value: String(decoding: value, as: UTF8.self)))
            }
        }
        take { rows throws(XMLProblem) in try rows.start(Self.text(name) ?? "", namespace: Self.text(namespace), declares: declares, given)
        }
    }

    private func text(_ start: UnsafePointer<xmlChar>?, _ count: CInt) {
        take { rows throws(XMLProblem) in try rows.text(UnsafeBufferPointer(start: start, count: max(0, Int(count)))) }
    }

    private static func text(_ start: UnsafePointer<xmlChar>?) -> String? { start.map { String(cString: $0) } }

    private func take(_ body: (inout XMLRows) throws(XMLProblem) -> Void) {
        guard error == nil else { return }
        do throws(XMLProblem) {
            try body(&rows)
        } catch {
            fail(error)
        }
    }

    /// Keeps the first error. The place is asked for first: a parser that was stopped knows none.
    private func fail(_ problem: XMLProblem) {
        guard error == nil, let parser else { return }
        error = XMLError(problem, at: xmlByteConsumed(parser), of: document)
        xmlStopParser(parser)
    }
}

extension UnsafeBufferPointer {
    /// From one place to another; nothing where either is missing.
    fileprivate init(start: UnsafePointer<Element>?, end: UnsafePointer<Element>?) {
        guard let start, let end, end >= start else {
            self.init(start: nil, count: 0)
            return
        }
        self.init(start: start, count: end - start)
    }
}
