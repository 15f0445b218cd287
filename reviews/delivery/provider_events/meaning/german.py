"""German: the words that opt out, and the sentences they opt out in."""

from reviews.delivery.provider_events.meaning.german_doubts import HEDGE, INNOCENT, LIMIT, UNCLEAR

__all__ = ["HEDGE", "INNOCENT", "LIMIT", "STOP", "TYPOS", "UNCLEAR", "WORDS"]

WORDS = {
    "BARE": """stopp stoppen abmelden abbestellen abmeldung austragen kündigen beenden aufhören löschen schluss
        genug halt widerruf abbestellung ende stoppt""",
    "STOPPER": "stopp stoppen abmelden abbestellen",
    "FILLER": """bitte danke dank vielen herzlichen schönen dankeschön hallo hi moin servus guten tag morgen abend
        sehr geehrte geehrter damen herren und aber also doch mal jetzt sofort endlich umgehend gleich ja ok nun schon
        einfach liebe lieber grüße gruß mfg lg verdammt verdammte verdammten verdammter scheiß scheiße leute nochmal
        hiermit mensch hey gefälligst dringend unverzüglich bitteschön""",
    "GLUE": """da dort sowas mir mich uns mein meine meinen meiner meinem der die das den dem des ein eine einen
        diese dieser diesen dieses dies eure euer euren eurer ihre ihr ihren ihrer ihrem eurem deine dein deinen sie
    du
        euch ihnen dich an auf von vom mit zu zur über per durch für im wieder weitere weiteren weiterer weiterhin
        ständig dauernd immer noch so alle allen jegliche sämtliche solche solchen werblichen lästigen nervigen blöden
        blöd dummen mehr meh wirklich künftig zukünftig ab bei aus es ich gar überhaupt auch nochmal nochmals erneut
        etwas andauernd hier um handy telefon sms unerwünschte unerwünschten""",
    "ME": "mir mich uns mi mer ma",
    "STOP": "stoppen stoppt stopp stoppe beenden beendet",
    # Verbs of writing to somebody, in any form; those of sending, which need their object.
    "SCHREIB": """vollzuspam* vollspam* vollzutext* schreib* kontaktier* belästig* spam* texte textet texten anrufen
        anschreib* anzuschreiben anzurufen simse* schrib* schriib* schreim behellig* bombardier* zuspam* zumüll*
        terrorisier* zutext* anspam*""",
    "STÖR": "nerv nervt nerven stör stört stören ruf ruft rufen anruf frag fragt fragen quäl* belästig* drängt",
    "SCHICK": """schicked schick* send* sende sendet senden zusenden zuschicken verschick* zuzusenden zuzuschicken
        übermittel*""",
    "GESCHRIEBEN": """gefragt erinnert angefragt angeschrieben kontaktiert belästigt angerufen genervt gestört
        behelligt angetextet zugespamt zugespammt angesprochen benachrichtigt zugemüllt bombardiert kontaktieren""",
    "BEKOMMEN": """haben bekomm bekomme kriege krieg kommen kommt lesen sehen bekommen erhalten kriegen kriagn
        kriegn übercho empfangen zugeschickt""",
    "MESSAGE": """sache sachen zeugs geschreibe gesimse kontaktierung* rundschreiben* nachricht* mitteilung*
        werbung* werbe* mails mail emails newsletter* benachrichtig* umfrage* erinnerung* whatsapp* kontaktaufnahme*
        kontaktversuch* textnachricht* bewertungsanfrage* spam mist müll kram quatsch zeug schwachsinn reklame*
        schreiberei rundnachricht* werbenachricht* nachrichtenversand sms kommunikation spamnachricht* zusendung*
        kurznachricht* werbesms bewertungsaufforderung* kontakt anfrage* msg""",
    "LÖSCH": "lösch* entfern* streich* tilg*",
    "NIMM": "nimm nehmt nehmen nehme trag tragt tragen trage streich* schmeiß* werft wirf lösch* entfern*",
    "LIST": """liste listen verteiler verteilers datenbank system adressbuch kartei kontakte kontaktliste kontakten
        adressliste mailingliste datei kundenkartei kundenliste kundendatei empfängerliste speicher""",
    "MEINE": """nr nummer telefonnummer handynummer mobilnummer daten kontaktdaten name namen kontakt rufnummer
        konto account handynr tel telefonnr kundendaten""",
    "NICHT": "nicht nich niht nie niemals nimmer nimma nümme nüme nüm nümm net ned nöd nid nix nüt nichts keinesfalls",
    "KEIN": "keiner keinem kein keine keinen keinerlei null k kei koa koane koan kane keni keini ka keien kenie",
    "WILL": """würde wuerde hätte hätten wünscht möcht will wollen wünsche wünschen möchte möchten mag wü wett wot
        wöll mecht moecht wünsch mögen brauch brauche brauchen""",
    "ICH": "ich wir",
    "FRAU": "frau herr herrn familie",
    "HEDGE": "vielleicht eventuell evtl womöglich möglicherweise",
    "GOT": "habe hab haben hatte hast gab bekam erhielt",
}

TYPOS = "abmelden abbestellen nachrichten nachricht schreiben aufhören kontaktieren entfernen belästigen verteiler"

STOP = """
# The law, the police, a block.
(ich|wir|MEINE|handynummer|mobilnummer|mich|eintrag) ANY{0,8} (gelöscht|gestrichen|entfernt|ausgetragen|abgemeldet) ~
    werden
(mich|uns) ~ (abmelden|austragen|abmelde|abgemeldet|abzumelden|ausgetragen|austrage)
(sie|euch|dich) ~ (verklage*|anzeigen|abmahnen|verklagen)
ICH ~ (verklage|verklagen|klage) ~ (sie|euch|dich|END)
anzeige (END|ist raus|erstatten|erstatte|wegen|gegen sie|gegen euch|bei der)
(erstatte|erstatten|stelle) ~ anzeige
(anwalt|rechtsanwalt|anwältin) (ein END|wird sich (?!wegen)|meldet sich (?!wegen)|ist informiert|ist eingeschaltet
    |einschalten)
(schalte|schalten|beauftrage|nehme|informiere|gehe|gebe|übergebe|hören|hört|wende|rede) ~
    (zu|an|von|zum|einen|meinen|meinem|einem|mit)? ~ (anwalt|rechtsanwalt|anwältin|polizei)
(rechtliche|rechtlichen|juristische) (schritte|schritten|konsequenzen|mittel)
(abmahnung|unterlassungsklage|unterlassungserklärung|dsgvo|bundesnetzagentur|verbraucherzentrale|bdsg|uwg)
(datenschutzbeschwerde|datenschutzbehörde|datenschutzbeauftragt*|werbewiderspruch)
(ICH|ME|habe|hab) ~ (NICHT|nie) ~ (dafür|dazu|bei euch|für das|hierfür)? ~
    (eingewilligt|zugestimmt|erlaubt|angemeldet|abonniert|registriert|angefordert)
(das|dies|es|hier) ~ (ist|nenne ich|grenzt an) ~ (spam|belästigung|terror|stalking|schon belästigung)
(BEG|diese|eure|ihre|reine) belästigung
(melde|melden|gemeldet|meld) ~ (als|wegen) spam
(sie|euch|nummer|absender) (blockieren|sperren|blocken) END
(blockier*|sperre) ~ (sie|euch|dich|diese nummer|die nummer|nummer|eure|ihre)
(BEG|sind|seid|sie|ihr|wurden) (blockiert|gesperrt) LAST
# No consent.
(wer|warum) ANY{0,3} erlaubt ~ (mir|mich) ~ (zu)? SCHREIB
(widerruf*) ~ (meine|die|hiermit|ich|jede|jegliche)? ~ (einwilligung|zustimmung|erlaubnis|einverständnis*)
(widersprech*|widerspruch) ~ (hiermit|ich|gegen|der|jeder)? ~
    (nutzung|verarbeitung|werbung|speicherung|verwendung|MESSAGE|LAST|weitergabe|werblichen)
(einwilligung|erlaubnis|zustimmung|einverständnis) ANY{0,6} (widerruf*|zurück|entzog*|entzieh*|NICHT)
(NICHT|nie|KEIN) ~ (einwilligung|erlaubnis|zustimmung) ~ (gegeben|erteilt|dafür|dazu|END|für|zu)
(das|MESSAGE|newsletter) ~ (NICHT|nie) ~ (bestellt|gewollt|angefordert)
(untersage|verweigere) ~ (ihnen|euch|jede|jeglichen|MESSAGE|den|die|weiteren)
NICHT ~ einverstanden ~ mit ~ MESSAGE
(verbitte mir|verbiete) ~ (ihnen|euch|das|jede|jegliche|weiteren|weitere|MESSAGE)
# Off the list.
WILL [,]? (dass|das) ~ ANY{0,3} (aufhör*|aufhören|gelöscht)
BEG (können|könnt|möchte|bitte|sie|ihr)? ANY{0,3} (mich|uns) ~ löschen
(abbestellen|abstellen|einstellen|unterbinden|stoppen) ~ MESSAGE
MESSAGE ~ (ich|man)? ~ (stoppen|beenden|einstellen|abbestellen|abstellen|unterbinden|loswerden|abschalten
    |deaktivieren|abmelden)
LÖSCH (sie|ihr|du)? ~ (mich|uns|MEINE)
BEG MEINE raus LAST
MEINE ~ (aus|von|bei)? ~ LIST? ~ (bitte)? (LÖSCH|gelöscht|entfernt|austragen|sperren)
(mich|uns|nummer) ~ (aus|von) ~ LIST
NIMM (sie|ihr|du)? ~ (mich|uns|MEINE) ~ (aus|von|vom|raus|runter|heraus) (?!der warteliste|warteliste)
(aus|von|vom) ~ LIST ~ (raus|nehmen|gelöscht|entfernt|austragen|gestrichen|genommen|streichen|entfernen|löschen)
(melde|melden|meldet|trage|trag|tragt|tragen) (sie|ihr)? ~ (mich|uns|diese nummer) (?!vom (UNKNOWN|NAME)|zum|für|von
    der (UNKNOWN|NAME))
    ANY{0,5} (ab|aus|raus) LAST
(möchte|will|wie|kann|bitte) ~ ANY{0,2} (abmelden|abbestellen|austragen|abzumelden) LAST
(bestelle|bestell|kündige) ~ (MESSAGE|abo|newsletter|hiermit) ~ (ab|END)
(abo|abonnement|newsletter) ~ (kündigen|abbestellen|beenden|stornieren)
(aus|von) ANY{0,3} LIST ANY{0,2} (raus|nehmen|gelöscht|entfernt|austragen|streichen|entfernen|löschen
    |gestrichen)
BEG (LÖSCH|löschen) LAST
(vergessen|vergesst|vergiss|verlier*|verlegt) (sie)? ~ (mich|meine ~ nummer) LAST
(bitte|möchte) ~ (mich)? (austragen|sperren) LAST
BEG raus ~ (aus|von) ~ LIST
finger weg von (meiner|dieser)
(werbestopp|kontaktverbot|werbeverbot)
wie ~ (kann|werde|bekomme|komme|krieg*|stell*) ~ (ich|man) ~ (MESSAGE|das|euch|von|aus|den|die)? ~ LIST? ~
    (los|raus|abbestellen|stoppen|abstellen|runter|beenden|abmelden|austragen)
wie ~ (komme|komm) ~ ich ~ (aus|von) ~ LIST
# A clause that refuses messages, in whatever order.
BEG (?=HERE (WILL|bitte|erhalten|erwünscht|gewünscht|mehr|künftig|weiter|weitere|ausdrücklich)) (?=HERE (MESSAGE|sms))
    (?!HERE (GOT|verpass*|missen|verlier*|vergess*|gelesen|gesehen|finde|sicher)) HERE KEIN ~ (MESSAGE|sms|weiteren)
BEG (?=HERE (MESSAGE|sms|sowas|BEKOMMEN|SCHREIB|SCHICK|GESCHRIEBEN|verwenden|nutzen|benutzen|anschreib*))
    (?!HERE (GOT|verpass*|missen|verlier*|vergess*|stören|nerven|warten)) (?!sie|ihr|du|er) HERE
    (WILL|möcht*) HERE NICHT (mehr|meh|länger|weiter|nochmal|erhalten|haben|bekommen|kriegen|LAST|[,])
(?<!UNKNOWN)(?<!NAME)(?<!kündigen)(?<!löschen)(?<!abmelden)WILL (ich|i|wir) (das|die|sowas|es|diese|solche)? ~ (NICHT
    |nie
    wieder) (mehr|haben|LAST|[,])
(das|die|sowas|des) (NICHT|NICHT mehr) (haben)? WILL LAST
(nichts|nix|niks) (mehr)? ~ (von|mit)? ~ (ihnen|euch|eich|dir|ihrer|eurer)? ~ (bekomme|bekommen|hören|lesen|sehen
    |kriegen
    |kommen|wissen|empfangen)
(von|mit|bei) ~ (euch|ihnen|eurer|ihrer|dieser|MESSAGE|nachricht*) ~ ANY{0,3} (nichts|nix) ~ mehr
(soll|darf|braucht|muss|möge) ~ (nichts|nix|KEIN) ~ mehr ~ kommen
(SCHREIB|SCHICK|MESSAGE|sms) [,]? ANY{0,3} [,]? WILL (ich|wir) ~ (NICHT|KEIN)
(MESSAGE|sms|diese sms|das|sowas) ~ (müssen|muss|brauchts|braucht es|brauch ich|brauche ich|brauch i|brauchen wir) ~
    (echt|wirklich)? ~ (NICHT|KEIN) (sein|LAST|mehr|unbedingt)
(nicht|unerwünscht) ~ (erwünscht|gewünscht|gewollt) [,]? ~ (dass|das|END)
# It shall end: verbs that stand apart, and their infinitives.
(schalt*|stell*|stellt) (sie|ihr|du|ma)? ~ ANY{0,5} (ab|ein|aus) LAST
(lass|lasst|lassts|lassen|lasse) (sie|ihr)? ANY{0,6} (weg|sein|bleiben|stecken|ganz) (LAST|[,])
(weglassen|abschalten|ausschalten|abstellen|einstellen|unterlassen|rausnehmen|rauslöschen|herausnehmen|herauszunehmen
    |rauszunehmen|ausschließen|deaktivieren|stilllegen|sperren|blocken|verkneifen) (LAST|[,])
(deaktivier*|beend*|stopp*|stell*|unterlass*) (sie|ihr)? ~ (bitte)? ~ (das|die|diese|MESSAGE|sms|den) (LAST|MESSAGE
    |umgehend
    |sofort|bitte|jetzt|ein|hiermit)
(dass|damit|das|muss|soll|bis|sorg*) HERE (aufhört|aufhören|ein ende hat|ein ende nimmt|schluss ist)
(hör|hört|hörts|hören|höre) (?!das|es|der|die|man|mein)(sie|ihr)? ANY{0,3} auf ~ (mit|damit|LAST)
aufhör* ~ ANY{0,3} (sms|MESSAGE|SCHREIB|SCHICK|schcken|schreibn)
(schluss|ende|feierabend|basta|funkstille|ruhe) ~ (mit|von|jetzt) ~ (MESSAGE|sms|sowas|eurer|ihrer|diesen)
(will|möchte|bitte|ab heute|hätte|um) HERE funkstille
(melden|melde|meldet) (sie)? (mich|uns) ~ ab
(sms|MESSAGE|das|die|euch) ~ (könnt|können|kannst|könntet) (ihr|sie|du)? ~ (euch|sich|dir)? ~ (sparen|schenken
    |stecken)
(sparen|spart|schenkt) (sie|ihr)? (sich|euch) ~ (MESSAGE|sms|das|die)
(auf|an) ~ (MESSAGE|sms) ANY{0,3} verzicht*
verzicht* ANY{0,3} auf ~ (MESSAGE|sms)
(verschonen|verschont|zu verschonen|verschonten)
(abstand|absehen|abzusehen) ~ (zu)? (nehmen|LAST|[,])
(sehen|seht) (sie)? ~ von ANY{0,4} ab LAST
davon (absehen|abzusehen|abstand)
(letzte|letzten|letztes|allerletzte) (MESSAGE|sms|mal) ~ (gewesen|von|sein|war|LAST)
(noch|nochmal|wenn) ~ (einmal|eine|ein|ne|einmal noch|so)? ANY{0,4} (sms|MESSAGE|anschreib*|SCHREIB|kommt|was kommt)
    [,]? ~
    (und|dann|wechsel*|geht|geh|erstatte|melde|zeige|sehen|rufe)
(bin|ist|sind|gehe|geht|geb*) ~ (das|es)? ~ (an|zu) (meinen|meinem|den) anwalt
# The number is to go.
(MEINE|mich|uns|handynummer|mobilnummer) ANY{0,5} (weg|raus|vergessen|verschwinden|löschen|gelöscht|streichen|sperren
    |entfernen|rausnehmen|herauszunehmen|austragen|tilgen|vernichten) (LAST|damit|von|aus|[,])
BEG (weg|raus|runter|fort) ~ (damit|mit ~ MEINE|aus ~ LIST|von ~ LIST|vom ~ LIST)
(machen|mach|macht|tut|tun|nehmt|nehmen|setzt|setzen|packt) ~ ANY{0,3} (MEINE|mich|uns) ANY{0,4} (weg|raus|runter
    |sperrliste
    |blacklist|schwarze liste|robinsonliste)
(um|bitte um|beantrage|verlange|fordere|ersuche) ~ (streichung|löschung|entfernung|abmeldung|austragung|unterlassung)
(sperr*|blockier*) (sie|ihr)? ~ (bitte)? ~ (MEINE|diese nummer)
(nix|nicht|nichts) wollen ~ (mehr)? ~ (MESSAGE|sms)
(nummer|ihr|sie) ~ (ist|sind|seid|wird|werdet) ~ (blockiert|gesperrt)
(würde|möchte|will) ~ (gern*)? ~ (nichts|nix) ~ mehr (?!essen|trinken|verpass*|machen|kaufen)
LÖSCH ANY{0,3} (mich|MEINE)
(mich|MEINE) ANY{0,3} (raus*) (aus|von|vom) ~ LIST
(nicht|nie|KEIN) ~ (mehr|länger|weiter) ~ ANY{0,3} (benutzen|nutzen|verwenden|speichern|verwendet|genutzt|benutzt
    |teilnehmen)
(nicht|nicht mehr|nicht länger) ~ (teil|teilnehmen|dabei sein|mitmachen) LAST
(möchte|will|wollen) ANY{0,5} (raus|austreten|aussteigen|abmelden|austragen) LAST
vergess* (sie)? [,]? ANY{0,4} (handy|nummer|telefon) (habe|hab|LAST)
# Said before, no consent.
(gesagt|geschrieben|gebeten|angegeben|mitgeteilt|angekreuzt|sagen) [,]? ANY{0,2} [,]? (dass|das)? HERE (NICHT|KEIN)
    HERE
    (will|möchte|wünsche|wollen|werden|MESSAGE|sms)
(schon|bereits|wieder|mal|mehrmals|zweimal|doch) ~ ANY{0,3} (stop|stopp) ~ (geschrieben|geschickt|gesagt|gesendet)
(schreibe|schreib|sage|sag|tippe|antworte) [,.?] (dann|also|hiermit)? (stop|stopp) LAST
dann (stop|stopp) LAST
(entzieh*|zieh*) ~ (ihnen|euch)? ~ ANY{0,3} (erlaubnis|einwilligung|zustimmung|einverständnis)
(zustimmung|einwilligung|erlaubnis|einverständnis) HERE zurück
# Somebody else, another way.
(nur|halt|aber|bitte) ~ (nicht|net|ned) (an mich|bei mir|an uns|an meine) LAST
(mir|mich|uns) ~ (bitte)? (NICHT|KEIN) mehr LAST
(per|via) (mail|email|post|brief|telefon) ANY{0,4} (NICHT|KEIN) ~ (aufs handy|per sms|sms|MESSAGE|auf)
(sms|MESSAGE) (bitte)? (NICHT|KEIN) ~ (mehr|LAST)
nur ~ (mail|email|post|telefonisch|brief) ANY{0,2} [,.]? (sms|MESSAGE|KEIN) ~
    (will|möchte|NICHT|sms|MESSAGE|nachrichten)
nie (wieder|mehr) ~ (sowas|so was|was|etwas|MESSAGE|sms|LAST)
(reicht|langt|genügt|reichts|langts) ~ (mit|jetzt mit|nun mit|langsam mit) ~ (den|euren|diesen|der)? ~ (MESSAGE|sms
    |sowas)
(geht|gehen|fallt|gehts) ~ (mir|uns) ~ NICHT ~ (auf|mehr|länger) ANY{0,5} (keks|nerven|geist|wecker|sack|zeiger)
(nichts|nix) [.] (gar nichts|nie wieder)
# Left alone, enough, no interest.
(?<!wer)(hören|hört|hör|höre) (sie|ihr|du)? (FILLER|[,]){0,5} auf
    (LAST|damit|[,]? ~ (zu|mit)? ~ (SCHREIB|SCHICK|STÖR|MESSAGE)|[,]? ~ MESSAGE zu)
BEG FILLER{0,3} (aufhören|aufzuhören) LAST
(sie|ihr|du|das) ~ (sollt|sollen|sollst|müsst|müssen|könnt|können)? ~ (damit)? aufhören LAST
aufhören [,]? ~ (mir|mich|uns|zu SCHREIB|mit ~ (MESSAGE|sms))
BEG (schluss|genug|ende|basta) (jetzt|nun|FILLER)? (damit|LAST|(mit|von) ~ MESSAGE)
(lass|lasst|lassts|lassen|lasse|lasset|losts|lossts|lönd|lond|löhnd|losst|loss) (sie|ihr|du)? ~ (mich|uns|mi|mir|üs) ~
    (ruhe|in (ruhe|ruah|ruh|rua|rueh|frieden)|zufrieden)
(lass|lasst|lassen|lasse) (sie|ihr)? (mich|uns|meine nummer) ANY{0,4} (in ruhe|in frieden|zufrieden)
(in ruhe|in frieden) ANY{0,2} (lassen|lasst|lässt|gelassen)
(will|möchte|hätte) ~ (meine|mein) (ruhe|frieden)
BEG (ruhe jetzt|jetzt ruhe LAST|gebt ruhe|gib ruhe|geben sie ruhe)
BEG (verpiss|verpisst|verschwinde|verschwindet|verschwinden|haut ab|hau ab|verzieht euch|zieht leine|geh weg
    |geht weg)
verschon* (sie)? ~ (mich|uns)
KEIN ~ (interesse|bedarf) (END|mehr|daran|an ~ (MESSAGE|ihren|euren|diesen|dem|sowas|so|weiteren) ~ (MESSAGE|LAST)
    |an MESSAGE)
(bin|sind|FILLER|BEG) NICHT ~ interessiert (?!an (ander|einem|einer|anderen))
(das|es|die|ihr|MESSAGE) ~ (interessiert|interessieren) (mich|uns) ~ NICHT LAST
BEG (es|mir|jetzt|nun)? (reicht|reichts) (es|s|jetzt|mir|langsam|wirklich)? (s)? (LAST|mit MESSAGE)
(genug|satt|leid) ~ (von|mit)? ~ (MESSAGE|euch)
(schnauze|nase) ~ voll (LAST|von ~ (MESSAGE|euch|ihnen))
GOT ~ (es|das|MESSAGE) ~ satt
KEIN (bock|lust|nerven|zeit|verwendung) ANY{0,3} MESSAGE
BEG (unterlassen|unterlasst|unterlass|lasst|lass|lassen) (sie|ihr)? (das|dies|es) (LAST|künftig|in zukunft|bitte)
(wenn|dass|könnten|können) ~ (sie|ihr) ~ (das|damit|dies)? ~ (lassen|aufhören|aufhört|unterlassen|einstellen)
    (END|würden|könnten)
(lasst|lass|lassen) (sie)? (es|das)? (sein|bleiben|gut sein) LAST
MESSAGE ANY{0,4} (sein|bleiben) (lassen|lasst|lass)
(sms|MESSAGE|das|des) ANY{0,3} (bleiben|sein) lassen (LAST|[,])
(lasst|lass|lassen) (sie)? das (bei mir|in zukunft|künftig|zukünftig|ab sofort|bitte|einfach)
(hab|habe|hatte|haben) ANY{0,4} (stop|stopp|nein) ANY{0,2} (geschrieben|geschickt|gesagt|gesendet|geantwortet)
# No messages are wanted.
BEG ich? WILL (nichts|nix) mehr (von|mit) (euch|ihnen|dir)
BEG (SCHREIB|STÖR) (sie|ihr|du)? ~ (mir|mich|uns|an diese|diese nummer) ~ (NICHT|nie|KEIN MESSAGE|KEIN
    weiteren)
SCHICK (sie|ihr|du)? ~ (NICHT|nie|KEIN) ~ (mehr|wieder|MESSAGE|weitere|END)
SCHREIB (sie|ihr|du)? ~ (NICHT|nie|KEIN) (mehr|wieder)
(?<!GOT)KEIN ~ (MESSAGE|sms) ~ (mehr|meh|schicken|senden|zusenden|erwünscht|gewünscht|bitte|von)
BEG KEIN ~ (nachrichten|sms|werbung|spam|umfragen|mails|newsletter|whatsapps|textnachrichten|erinnerungen
    |anfragen) LAST
BEG KEIN weiteren? ~ (kontakt|nachrichten|sms) LAST
(WILL|brauche|bitte|erlaube) ~ KEIN ~ (MESSAGE|sms)
WILL ~ (NICHT|KEIN) ~ (mehr)? ~ (GESCHRIEBEN|BEKOMMEN)
WILL ~ NICHT ~ (mehr|länger|weiter)? ~ (werden)? ~ (GESCHRIEBEN|BEKOMMEN|SCHREIB)
ICH (will|moechte|wollen|moechten|wünsche) ~ (das|dies|es|diese MESSAGE) ~ (NICHT|NICHT mehr|alles nicht) LAST
(das|es) (will|moechte) ich NICHT (mehr)? LAST
WILL ~ (NICHT|KEIN) [,]? ~ (dass|das) ~ ANY{0,4} (SCHREIB|SCHICK|GESCHRIEBEN|MESSAGE|anruf*)
(nichts|nix) ~ (mehr)? ~ (von|mit) (euch|ihnen|dir) ~ (hören|wissen|haben|zu|mehr|lesen|bekommen|sehen)
(von|mit) (euch|ihnen|dir) ~ (nichts|nix) ~ (mehr)? (hören|wissen|haben|zu|lesen|bekommen|sehen)
(SCHREIB|STÖR) (sie|ihr)? ~ (mir|mich|uns) ANY{0,3} (NICHT|KEIN|nie) ANY{0,2} (mehr|wieder)
BEG KEIN ~ (MESSAGE|sms) ~ (auf|an|für|bei|per|mehr|über) (mein*|diese*|ANY)
(angekreuzt|gesagt|geschrieben|gebeten|ausdrücklich|vereinbart) ~ KEIN (sms|MESSAGE)
KEIN ANY{0,3} (MESSAGE|sms) ANY{0,3} (mehr|senden|schicken|erhalten|bekommen|zusenden) LAST
WILL ~ (NICHT|KEIN|nichts) ANY{0,4} (MESSAGE|GESCHRIEBEN|SCHREIB)
von ~ (weiteren)? ~ (MESSAGE) ~ (absehen|abzusehen)
sehen (sie)? ~ davon ~ ab LAST
verzichte ~ (auf)? ~ MESSAGE
MESSAGE ~ (ist|sind) ~ (NICHT|nicht mehr)? ~ (unerwünscht|erwünscht|gewünscht|willkommen)
(unerwünscht|unerwünschte) ~ (MESSAGE|END)
(will|möchte) (ich)? NICHT mehr LAST
(WILL|bitte) ~ KEIN ~ kontakt
# Do not write.
BEG NICHT mehr LAST
(nimma|nimmer|nümme|nüme|nümm|nüm) ~ (SCHREIB|SCHICK|BEKOMMEN|STÖR|texte)
(SCHREIB|SCHICK|texte) ~ ME ~ (nimma|nimmer|nümme|nüme|nümm|nüm)
WILL ~ (das|des|dies|es|die) ~ (nimma|nimmer|nümme|nüme|NICHT mehr)
(nüt|nix|nichts) (mehr|meh) ~ (SCHICK|SCHREIB)
(SCHREIB|STÖR) (sie|ihr|du)? ~ (mir|mich|uns) ~ (NICHT|nie) (mehr|wieder|weiter)
BEG (nerv|nervt|nerven|stör|stört|stören) (sie|ihr)? (bitte)? NICHT LAST
BEG (schreiben|schreibt|schreib|kontaktieren|kontaktiert) (sie|ihr)? (bitte)? NICHT LAST
(NICHT|nie) (mehr|meh|wieder|weiter|länger|nochmal) ~ (SCHREIB|SCHICK|BEKOMMEN|STÖR|melden)
(NICHT|nie) (mehr|wieder) ANY{0,4} (SCHREIB|SCHICK|kontaktieren|anrufen) LAST
NICHT ~ (weiter)? (SCHREIB|kontaktieren|anschreiben|belästigen|stören) (END|mehr)
(mich|mir|uns|diese nummer) ~ NICHT (mehr|weiter|wieder)? ~ (SCHREIB|SCHICK|anschreiben|anrufen)
NICHT ANY{0,4} (GESCHRIEBEN|kontaktiert) werden
(meldet|melden|melde) (sie|euch|dich|ihr)? ~ (sich)? ~ (bei mir)? ~ (NICHT|nie) ~ (mehr|wieder|bei mir)
BEG nie wieder (SCHREIB|SCHICK|MESSAGE|melden)
# Stop writing.
(STOP|unterlassen|unterlasst|einstellen) (sie|ihr)? ~ (das|dies|es|diese|den|jede|jeglichen)? ~ (MESSAGE
    |kontakt)
(stellen|stellt|stell) (sie|ihr)? ~ (MESSAGE|das) ~ (ein|ab) END
(zeige|zeig) ~ (sie|euch) ~ an
(spart|sparen|behaltet|behalten) (sie)? ~ MESSAGE
sehen (sie)? ~ von ~ MESSAGE ~ ab
BEG (stop|stopp|stoppt) ~ (mit)? ~ (SCHREIB|SCHICK|MESSAGE)
(lehne) ~ MESSAGE ~ ab
STÖR jemand anderen
# More ways to say it.
BEG FILLER{0,3} (aufhören|aufzuhören|stoppen) [,]
(könnt|können|kannst) (ihr|sie|du) ~ (euch|sich|dir) ANY{0,4} sparen
(sie|ihr|du) (SCHREIB|SCHICK) ~ NICHT mehr
raus (aus|von) ~ LIST
(lass|lasst|lassen) HERE außen vor
(mich|uns|MEINE) ANY{0,3} (rausnehmt|rausnehmen|rausnimmst|entfernt|streicht|löscht|austragt|abmeldet)
BEG abmeldung (von|vom|bitte|des|der)
(lass|lasst|lassen) (sie)? ~ MESSAGE (LAST|[,]|sein|weg)
weder HERE noch HERE (mich|uns|mir)
(abschalten|ausschalten|abstellen) (bei|für) (mir|mich|uns)
(es|mir|jetzt|das) (langt|reicht) (LAST|mit ~ (MESSAGE|sms))
BEG (bitte)? nicht (nochmal|noch einmal|wieder) LAST
(meine|mein|unsere) (ruhe|frieden) (vor|von)
KEIN ~ LIST ~ (stehen|sein|auftauchen|landen)
(lass|lasst|lassen) (sie|ihr)? ANY{0,3} (sein|bleiben) mit
(nummer|handy|telefon) HERE tabu
nicht (hierfür|dafür|für ~ (sowas|werbung|das|so etwas|so was)) ~ (verwenden|nutzen|benutzen|gedacht|da|bestimmt|LAST)
(KEIN|nicht) ~ (erlaubnis|recht|einwilligung|zustimmung|befugt) ~ (mir|mich)? ~ (zu)? ~ (sms|MESSAGE|SCHICK|SCHREIB)
(ausm|ausn|vom) ~ LIST ~ (nehmen|nehmt|raus|runter|löschen|streichen)
(spart|sparen|schenkt|spar) (sie|euch|sich|dir)? ~ (MESSAGE|texte|sms)
(könnt|können|kannst) ~ (euch|sich|dir) ~ (MESSAGE|sms|das)? ~ (schenken|sparen|stecken)
obwohl HERE (abgemeldet|gekündigt|widersprochen|stop|stopp|abbestellt)
(macht|machen|mach) ~ (das|es)? ~ rückgängig
wie (krieg*|bekomm*|werd*) ~ (ich|man|wir) ~ (das|die|euch|MESSAGE|sms)? ~ (weg|los|abgestellt|abbestellt)
(kündige|kündig|storniere|beende) ~ (hiermit)? ~ (MESSAGE|sms|abo)
(in zukunft|künftig|zukünftig|bitte) ~ lassen LAST
(nix|nichts|nüt) ~ (mehr)? ~ (SCHICK|SCHREIB) LAST
WILL ~ (gern*)? ~ (abgemeldet|gelöscht|ausgetragen|gestrichen) werden
"""
