extension TimeZoneRules {
    /// The abbreviations of PostgreSQL's default set that are in wide use and always mean one offset, in minutes.
    ///
    /// Source: PostgreSQL 15, appendix B.4.
    static let abbreviationTable = """
        acdt=630 acst=570 adt=-180 aedt=660 aest=600 akdt=-480 akst=-540 art=-180 ast=-240 awst=480 bra=-180 brt=-180 \
        bst=60 btt=360 cdt=-300 cest=120 cet=60 cetdst=120 clt=-180 cot=-300 cst=-360 eat=180 edt=-240 eest=180 \
        eet=120 eetdst=180 est=-300 gmt=0 hkt=480 hst=-600 ict=420 idt=180 ist=120 jst=540 kst=540 lkt=330 mdt=-360 \
        mest=120 mesz=120 met=60 metdst=120 mez=60 mmt=390 msk=180 mst=-420 myt=480 ndt=-150 npt=345 nst=-210 nzdt=780 \
        nzst=720 pdt=-420 pet=-300 pht=480 pkt=300 pst=-480 sast=120 sgt=480 uct=0 ut=0 utc=0 uyt=-180 vet=-240 wat=60 \
        wet=0 wetdst=60 z=0 zulu=0
        """
}
