import Offstage

@main struct Main {
    static func main() async { await OffstageApp().run() }
}
