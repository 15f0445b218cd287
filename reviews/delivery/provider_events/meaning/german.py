"""German: the words that opt out, and the sentences they opt out in."""

WORDS = {
    "BARE": """stopp stoppen abmelden abbestellen abmeldung austragen kündigen beenden aufhören löschen schluss genug
        halt widerruf abbestellung ende austragung stoppt""",
    "STOPPER": "stopp stoppen abmelden abbestellen aufhören",
    "FILLER": """bitte danke dank vielen herzlichen schönen dankeschön hallo hi moin servus guten tag morgen abend sehr
        geehrte geehrter damen herren und aber also doch mal jetzt sofort endlich umgehend gleich ja ok okay nun schon
        einfach liebe lieber grüße gruß mfg lg verdammt verdammte verdammten verdammter scheiß scheiss scheiße leute
        hiermit mensch hey gefälligst dringend unverzüglich""",
    "GLUE": """mir mich uns mein meine meinen meiner meinem der die das den dem des ein eine einen diese dieser diesen
        dieses dies eure euer euren eurer ihre ihr ihren ihrer ihrem eurem deine dein deinen sie du euch ihnen dich an
        auf von vom mit zu zur über per durch für in im wieder weitere weiteren weiterer weiterhin ständig dauernd
        immer noch so alle allen jegliche sämtliche solche solchen werblichen lästigen nervigen blöden blöd dummen
        mehr wirklich künftig zukünftig ab bei aus es ich gar überhaupt auch nochmal nochmals erneut etwas bitte
        hier um handy telefon sms unerwünschte unerwünschten""",
    "SUBJ": "ich wir er es man niemand keiner ihr sie jemand",
    "ME": "mir mich uns",
    "STOP": "stoppen stoppt stopp stoppe beenden beendet einstellen abstellen unterlassen unterlasst unterbinden",
    "CONTACTING": """anzuschreiben anzurufen belästigen schreiben kontaktieren""",
    "SCHREIB": """schreib* kontaktier* belästig* nerv nervt nerven stör stört stören spam* texte textet texten ruf ruft
        rufen anrufen anruf simse* melde meldet melden behellig* anschreiben bombardier* zuspam* zumüll* terrorisier*
        frag fragt fragen anfragen adressier* dränge* drängt""",
    "SCHICK": "schick* send* sende sendet senden zusenden zuschicken verschick* übermittel* sims*",
    "GESCHRIEBEN": """angeschrieben kontaktiert belästigt angerufen genervt gestört behelligt angetextet erinnert
        zugespamt gespammt angesprochen benachrichtigt""",
    "BEKOMMEN": "bekommen erhalten kriegen empfangen haben hören sehen lesen bekomme erhalte zugeschickt gesendet",
    "MESSAGE": """nachricht* sms mitteilung* werbung* werbe* mails mail emails newsletter* benachrichtig* umfrage*
        anfrage* erinnerung* whatsapp* kontakt kontakte kontaktaufnahme* kontaktversuche* textnachricht* anrufe*
        anrufen bewertungsanfrage* spam mist müll kram quatsch scheiß zeug schwachsinn mitteilungen reklame* angebote*
        kommunikation belästigung* spamnachricht* bewertungsbitten texte zusendung* kurznachricht*""",
    "LÖSCH": "lösch* entfern* streich* lösche tilg*",
    "NIMM": "nimm nehmt nehmen nehme trag tragt tragen trage streich* schmeiß* werft wirf lösch* entfern* hol*",
    "LIST": """liste listen verteiler verteilers datenbank system adressbuch kartei kontakte kontaktliste kontakten
        adressliste mailingliste datei kundenkartei kundenliste kundendatei empfängerliste sms-liste speicher""",
    "MEINE": """nummer nummern telefonnummer handynummer mobilnummer daten kontaktdaten name namen kontakt rufnummer
        adresse konto account handynr tel telefonnr kundendaten""",
    "NICHT": "nicht nie niemals nimmer net ned nich nix nichts nimmermehr keinesfalls",
    "KEIN": "kein keine keinen keinerlei keiner null",
    "WILL": """will wollen möchte möchten mag wünsche wünschen brauche brauchen wollte erlaube gestatte akzeptiere
        verzichte bitte verlange fordere""",
    "HEDGE": "vielleicht eventuell evtl womöglich möglicherweise eventuel",
    "GOT": "habe hab haben hatte hast gab",
}

INNOCENT = """
NICHT ~ (aufhören|aufzuhören|stoppen|aufhöre|auf END|auf damit END)       # "hören Sie nicht auf!"
(ohne|kaum) ~ (aufzuhören|aufhören|stoppen)
(ich|wir) (kann|konnte|werde|muss|darf|wollte|habe|hab|konnten|können|soll|sollte|würde) ~ (NICHT|KEIN) ~ (mehr)? (?!(von|GESCHRIEBEN|erlaubt|eingewilligt|zugestimmt))
(sie|ihr) (haben|hattet|habt|hatten|werden) ~ (NICHT|KEIN)
(ich|wir|er|sie|man) (SCHREIB|SCHICK) ~ (NICHT|KEIN)
(habe|hab|haben|hatte) ~ KEIN ~ MESSAGE ~ (bekommen|erhalten|gefunden|gesehen|gekriegt)?
(antworten|antworte|schreiben|sende|senden|antwort|antwortet) (sie)? (mit)? (stop|stopp) (um|zum|an|für|zur)
(NICHT|KEIN) ~ (vergessen|vergiss|vergesst|zögern|zöger*)
(bus|kurzer|kurzen|nächster|nächste|ein|der|dem|den|im|am|beim) (stopp|stop)
(will|möchte|wollte) ~ NICHT ~ (stören|nerven|belästigen|aufdringlich)
(ich|wir) ~ (melde|melden) ~ (mich|uns)
"""

WRONG_NUMBER = """
(falsche|falschen|falscher|verkehrte|verkehrten|andere END) (nummer|person|rufnummer|telefonnummer|handynummer|empfänger|kontakt|adressat|mann|frau|ansprechpartner|NAME)
(falsch|verkehrt) (verbunden|hier|gewählt)
(den|die|der) (falschen|falsche) (END|erwischt|angeschrieben)
(verwählt|vertippt)
(in|bei) der ~ nummer ~ (geirrt|vertan|irren|vertun|getäuscht)
(irren|vertan|geirrt) ~ (sich)? ~ (in|mit|bei) ~ (nummer|person)
(ich bin|bin|das ist|dies ist|hier ist|ich heiße|heiße|das bin) ~ (NICHT|KEIN) ~ (frau|herr|herrn)? ~ (NAME|jane) (?!NAME)
(hier|es) ~ (gibt|ist|wohnt|lebt|heißt|arbeitet) ~ (hier|bei uns)? ~ (KEIN|niemand|NICHT) ~ (NAME|namens|mit (diesem|dem) namen|frau|herr)
KEIN ~ NAME (hier|unter|bei)
(kenne|kenn|kennen) ~ (KEIN|niemanden|niemand) ~ (NAME|namens|mit diesem|mit dem|der so|frau|herrn)
(kenne|kenn) ~ NAME ~ NICHT
(nummer|handynummer|telefonnummer|anschluss|handy|telefon) ~ (gehört|ist) ~ (jetzt|nun|inzwischen|mittlerweile)? ~ (NICHT|jemand|mir|einem anderen|anderen|KEIN) ~ (anderem|mehr|NAME|frau|herr|herrn|END|von)
(das|dies|hier) ist ~ NICHT ~ (die|das)? ~ (nummer|handy|telefon|anschluss|handynummer) ~ (von|mehr|der|des)
NICHT ~ (die)? ~ (nummer|handynummer) von
NAME hat ~ (NICHT|KEIN|andere|neue|ANY) ~ (mehr|andere|neue) ~ nummer
(person|mensch) ~ (verwechselt|verwechseln)
(verwechseln|verwechselt) ~ (mich|uns|da)
(habe|hab) ~ (nummer) ~ (neu|gerade erst|erst seit|übernommen)
"""

STOP = """
BEG NICHT mehr [,]? END
BEG (SCHREIB|SCHICK) (sie|ihr|du)? ~ (NICHT|KEIN|nie wieder) (?!vergessen)
(SCHICK|SCHREIB) (sie|ihr|du)? ~ (mir|uns|an diese) ~ (NICHT|KEIN|nie) ~ (mehr|wieder|MESSAGE|weiter|END|weiteren|weitere|solche|SCHREIB)
(NICHT|nie) (mehr|wieder|weiter|länger|nochmal) ~ (SCHREIB|SCHICK|BEKOMMEN|kontaktieren|anschreiben|anrufen)
NICHT ~ (weiter)? (SCHREIB|kontaktieren|anschreiben|belästigen|stören) (END|mehr)
(mich|mir|uns|diese nummer) ~ (bitte)? ~ NICHT ~ (mehr)? ~ (SCHREIB|SCHICK|anschreiben|anrufen|kontaktieren)
(?<!GOT)KEIN ~ MESSAGE ~ (mehr|END|schicken|senden|zusenden|mehr schicken|erwünscht|gewünscht)
(WILL|wünschen|bitte|brauche) ~ (von)? ~ (euch|ihnen|dir)? ~ KEIN ~ MESSAGE
(WILL) ~ (NICHT|nichts|KEIN) ~ (mehr)? ~ (von)? ~ (GESCHRIEBEN|BEKOMMEN|hören|wissen|mehr|SCHREIB)
(WILL) ~ (das|dies|es|diese MESSAGE|sie) ~ NICHT ~ (mehr)? END
(WILL) ~ NICHT [,]? ~ (dass|das) ~ ANY{0,4} (SCHREIB|SCHICK|kontaktiert|schreibt|anruft|MESSAGE)
(WILL) ~ NICHT ~ (weiter)? (GESCHRIEBEN|kontaktiert)
(nichts|nix) ~ (mehr)? ~ (von|mit) ~ (euch|ihnen|dir) ~ (hören|wissen|haben|zu|mehr|lesen|bekommen)
(hören|hört|hör|höre|hoert) (sie|ihr|du)? ~ (FILLER|[,]){0,6} auf (END|mit|mich|mir|damit|uns|diese|sms|nachrichten|andauernd|ständig|zu|das|FILLER)
(aufhören|aufzuhören) (END|zu|mit|mich|mir|uns|damit)
(STOP|einstellen|abbestellen|abstellen|stoppen) ~ MESSAGE
STOP (sie|ihr)? ~ (das|dies|MESSAGE|es|den|die|jede|CONTACTING) 
MESSAGE ~ (bitte|sofort|umgehend|endlich|ich|man)? ~ (STOP|einstellen|abbestellen|abstellen|ein END|unterbinden|stoppen|loswerden|abschalten|deaktivieren|abmelden)
(stellen|stellt|stell) (sie|ihr)? ~ (MESSAGE|das|es) ~ (ein|ab) END
(schluss|genug|ende|basta) (jetzt|nun|aus|FILLER)? ~ (damit|END|mit|von) ~ (MESSAGE|der|den|dem|END)
(LÖSCH) (sie|ihr|du)? ~ (mich|uns|MEINE)
(meine|meinen|diese|die|mein|alle) ~ MEINE ~ (aus|von|bei|in|und)? ~ (LIST)? ~ (LÖSCH|gelöscht|entfernt|entfernen|austragen|raus|vergessen|sperren|NIMM)
(mich|uns|nummer) ~ (aus|von) ~ (LIST) 
NIMM (sie|ihr|du)? ~ (mich|uns|MEINE) ~ (aus|von|raus|runter|heraus|ab) 
(LIST|datenbank) ~ (raus|nehmen|gelöscht|entfernt|austragen|gestrichen|genommen|streichen|entfernen|löschen)
(gelöscht|gestrichen|entfernt|ausgetragen|abgemeldet) ~ werden
(mich|uns) ~ (abmelden|austragen|abmelde|ab END|raus END|aus END|abgemeldet|abzumelden|löschen)
(melde|melden|meldet|trage|trag|tragt) (sie|ihr)? ~ (mich|uns|diese nummer) ~ (ab|aus|raus)
(möchte|will|wie|kann|bitte) ~ ANY{0,2} (abmelden|abbestellen|austragen|abzumelden)
(ich|wir)? (bestelle|bestell|bestellen|kündige) ~ (MESSAGE|abo|newsletter|das|hiermit) ~ (ab|END)
(abo|abonnement|newsletter) ~ (kündigen|abbestellen|beenden|stornieren)
(lass|lasst|lassen|lasse|lasset|laßt) (sie|ihr|du)? ~ (mich|uns) ~ (in|zu)? ~ (ruhe|frieden|zufrieden)
(in ruhe|in frieden) (lassen|lasst)
(meine|mein) ~ (ruhe|frieden)
BEG (ruhe END|gebt ruhe|gib ruhe|geben sie ruhe)
(verpiss|verpisst|verschwinde|verschwindet|verschwinden|haut ab|hau ab|verzieht euch|verzieh dich|zieht leine|geh weg|geht weg|zisch ab)
(verschone*|verschont|verschonen) (sie)? ~ (mich|uns)
(kein|null) ~ (interesse|bedarf) (END|mehr|an ~ (MESSAGE|ihren|euren|diesen|ihrem|eurem|dem|sowas|so|deren|alledem|irgendwas|weiteren))
(bin|sind) ~ NICHT ~ interessiert (?!an (ander|einem|einer))
NICHT interessiert END
(interessiert|interessieren) (mich|uns) ~ NICHT (END|mehr)
BEG (es|das|mir|jetzt|nun)? ~ (reicht|reichts) (es|s|jetzt|mir|langsam|nun|wirklich)? (s)? (END|mit)
(genug|satt|leid) ~ (von|mit)? ~ (MESSAGE|euch|euren|ihren)
(schnauze|nase) ~ voll
(habe|hab) ~ (es|das|MESSAGE|die)? ~ satt
(verklage|verklagen|verklag|anzeigen|anzeige END|anzeige erstatt*|abmahnen|abmahnung|unterlassungsklage|unterlassungserklärung)
(zeige|zeig) ~ (sie|euch) ~ an
(anzeige) ~ (wegen|gegen|bei|raus|ist|erstatten|erstatte)
(anwalt|rechtsanwalt|anwältin) ~ (einschalt*|ein END|beauftrag*|übergeb*|schalt*|melden|meldet|hört|wende)
(schalte|schalten|beauftrage|nehme|informiere|gehe|gebe|hören|hört) ~ (zu|an|von)? ~ (meinen|einen|meinem|meinen|zum|dem)? ~ (anwalt|rechtsanwalt|anwältin|polizei)
(rechtliche|rechtlichen|juristische) (schritte|schritten|konsequenzen|mittel)
(dsgvo|bundesnetzagentur|verbraucherzentrale|datenschutzbeschwerde|datenschutzbehörde|datenschutzbeauftragt*|bdsg|uwg)
(widerruf*|widerrufe) ~ (meine|die|hiermit|ich|jede|jegliche)? ~ (einwilligung|zustimmung|erlaubnis|einverständnis*)
(widerspreche|widerspruch|widersprech*) ~ (hiermit|ich|gegen|der|jeder)? ~ (nutzung|verarbeitung|werbung|speicherung|verwendung|zusendung|MESSAGE|END|kontaktaufnahme|weitergabe)
werbewiderspruch
(einwilligung|erlaubnis|zustimmung|einverständnis) ~ (widerruf*|zurück|entzog*|entzieh*|NICHT)
(NICHT|nie|KEIN) ~ (einwilligung|erlaubnis|zustimmung|einverständnis|eingewilligt|zugestimmt|erlaubt|angemeldet|abonniert|bestellt|registriert|einverstanden|angefordert|erteilt)
(das|dies|es|hier) ~ (ist|nenne|grenzt an) ~ (spam|belästigung|terror|stalking)
(belästigung|belästigungen|belästigt|belästigen)
(melde|melden|gemeldet) ~ (das|sie|euch|dich)? ~ (als|wegen) spam
(blockier*|sperre) ~ (sie|euch|dich|diese|die|eure|ihre|nummer|jetzt)
(blockiert|gesperrt) END
(unterlassen|unterlasst|unterlass) (sie|ihr)? ~ (das|dies|es|MESSAGE|solche|weitere|END)
(vergessen|vergesst|vergiss) (sie)? ~ (mich|meine ~ nummer)
(von|vom) ~ (weiteren|MESSAGE) ~ (MESSAGE)? ~ absehen
sehen (sie)? ~ von ~ MESSAGE ~ ab
(wie) ~ (kann|werde|bekomme|komme|krieg*) ~ (ich|man) ~ (MESSAGE|das|euch|LIST|von|aus) ~ (LIST)? ~ (los|raus|ab|abbestellen|stoppen|abstellen|runter|beenden|weg|LIST)
(meldet|melden|melde) (sie|euch|dich|ihr)? ~ (sich)? ~ NICHT ~ (mehr|wieder|bei mir|END)
BEG nie wieder (SCHREIB|SCHICK|MESSAGE|melden|anrufen|kontaktieren)
(ich)? (wünsche|wünschen|verbitte|verbiete) ~ (mir|KEIN|ihnen|euch|das|jede|weiteren|MESSAGE)
(nerv|nervt|nerven) (mich|uns)? ~ (NICHT|nie|woanders) 
keinen kontakt (mehr|END|zu)
lasst das END
lassen sie das END
lass das END
"""

UNCLEAR = """
BEG (stopp|abmelden|abbestellen|kündigen|stornieren|absagen|beenden|stoppen) ANY
(termin|bestellung|auftrag|buchung|reservierung|vertrag) ~ ANY{0,2} (stornieren|absagen|kündigen|abbestellen|streichen|löschen|verschieben)
(storniere*|stornier*|absagen|absage) ~ (sie|ihr)? ~ (bitte|den|meinen|die|meine)
(sagen|sagt|sag) (sie|ihr)? ~ (termin|das) ~ ab
(wer) (sind|ist|bist|seid) (sie|das|da|du|ihr) ANY{0,3} [.?,]* ANY{0,3} (kenne|kenn) 
(kenne|kenn) ~ (sie|euch|dich|die nummer|diese nummer) ~ NICHT
(woher) ~ (haben|habt|hast) (sie|ihr|du) ~ (nummer|daten)
(warum|wieso|weshalb) ~ (schreib*|schick*|bekomme|kriege|kontaktier*|nervt) ~ (sie|ihr|ich|du)
(ihr|sie|das|die|das ganze) (nervt|nerven|stört)
(zu viele|zuviele|so viele|weniger) ~ MESSAGE
(fick|fickt) (dich|euch)
(leck|leckt) (mich|mir)
(halt|haltet|halten) ~ (klappe|fresse|maul|schnauze)
BEG (spam|betrug|abzocke) END
ist das (spam|betrug|echt)
(soll|muss) ich ~ (stopp|stop|abmelden)
(das|mir) reicht END
(verstorben|gestorben|tot END)
(SCHREIB|SCHICK) (sie|ihr|du)? ~ (mir|uns)? ~ (bitte)? ~ NICHT
(nachrichten|sms) ~ pausieren
KEIN interesse
kein kunde
"""

LIMIT = """
(vor|nach|bis|zwischen|außer|ausser|bevor|ab) ~ (DIGITS|mittag|mitternacht|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|feierabend|wochenende|morgen|nächste|der arbeit|ich|uhr|es|acht|neun|zehn|sieben|sechs|zwanzig|ANY uhr)
(nachts|sonntags|samstags|morgens|abends|werktags|mittags|tagsüber|wochentags|frühmorgens)
(am|übers) (wochenende|sonntag|abend|morgen|vormittag|samstag|montag)
(während|wenn ich|solange|sofern|falls ich)
(so|zu) (oft|früh|spät|viele|häufig|viel)
(heute|vorerst|zurzeit|vorläufig|momentan|diese woche|diesen monat|gerade nicht|im moment)
(in der nacht|mitten in der)
"""

HEDGE = """
HEDGE
(weiß nicht ob|soll ich|sollte ich|nicht sicher ob|muss ich)
"""
