"""German: what only seems to opt out, what may, and what takes half of an opt-out back."""

INNOCENT = """
(STOP|stopp) (schreibe|sage|tippe|sende) ich ANY{0,2} NICHT
BEG (stop|stopp|halt) [,] FILLER{0,2} (falsch|ich hab|ich habe|moment|warte|kurz|nein|vergessen|wir|mein)
versehentlich ~ (abgemeldet|gelöscht|ausgetragen|abbestellt)
(kann|konnte|können) ANY{0,3} NICHT ~ (SCHREIB|texten|antworten) (LAST|[,])
NICHT ~ auf [,]? ~ (mit|so)? ~ ANY{0,2} (tollen|guten|super|gut|service|arbeit)
NICHT ~ (aufhören|aufzuhören|stoppen|aufhöre|auf END|auf damit END)        # "hören Sie nicht auf!"
(ohne|kaum) ~ (aufzuhören|aufhören|stoppen)
ICH (kann|konnte|werde|muss|darf|wollte|konnten|können|soll|sollte|würde) ~ NICHT ~ (SCHREIB|SCHICK|STÖR
    |aufhören)
(sie|ihr) (haben|hattet|habt|hatten|werden) ~ (NICHT|KEIN) (?!erlaubnis|recht|einwilligung|zustimmung)
(ich|wir|er|sie|man|ihr) (SCHREIB|SCHICK|STÖR) ~ (NICHT|KEIN)
GOT ~ KEIN ~ MESSAGE
(antworten|antworte|schreiben|sende|senden|antwort|antwortet) (sie)? (mit)? (stop|stopp) (um|zum|an|für|zur)
(NICHT|KEIN) ~ (vergessen|vergiss|vergesst|zöger*)
NICHT ~ (aus|von) ~ LIST ~ (streichen|löschen|nehmen|entfernen|austragen)
NICHT ~ (streichen|löschen|entfernen|abmelden|austragen) [,]? ~ (komme|bin|will|möchte|war)
(bus|kurzer|kurzen|nächster|nächste|ein|der|dem|den|im|am|beim) (stopp|stop)
(will|möchte|wollte) ~ NICHT ~ (stören|nerven|belästigen)
NICHT ~ (anrufen|telefonieren|anruf*) [,] ~ ANY{0,3} (schreib*|sms|hier|texte)
(LÖSCH|löschen|NIMM) ~ (meine)? ~ (alte|alten|frühere|andere) MEINE
NICHT HERE [,]? sondern
(warum|wieso|weshalb) (habt|haben|hast|wurde|bin) HERE (abgemeldet|gelöscht|ausgetragen|gestrichen)
nicht (dass|das) (ihr|sie) denkt HERE
BEG (stopp|stop|halt) mal
(stop|stopp) (schick|schreib|sag|tipp) ich HERE NICHT
nie ~ auf ~ mit dem
(hör|hört|hören|höre) ~ (sie)? ~ NICHT ~ auf
(aus versehen|versehentlich|irrtümlich) ~ (stop|stopp) ~ (geschrieben|geschickt|gesendet|getippt)
"""

UNCLEAR = """
BEG (stopp|abmelden|abbestellen|kündigen|stornieren|absagen|beenden|stoppen) ANY
(termin|bestellung|auftrag|buchung|reservierung|vertrag) ~ ANY{0,2} (stornieren|absagen|kündigen|abbestellen
    |streichen)
(stornier*|absagen) ~ (sie|ihr)? ~ (bitte|den|meinen|die|meine)
(sagen|sagt|sag) (sie|ihr)? ~ termin ~ ab
wer (sind|ist|bist|seid) (sie|das|da|du|ihr) ANY{0,3} [.?,]{0,2} ANY{0,3} (kenne|kenn)
(kenne|kenn) ~ (sie|euch|dich|die nummer|diese nummer) ~ NICHT
woher ~ (haben|habt|hast) (sie|ihr|du) ~ (nummer|daten)
(warum|wieso|weshalb) ~ (SCHREIB|SCHICK|STÖR|bekomme|kriege) ~ (sie|ihr|ich|du|mich|mir)
(hören|hört|hör) (sie|ihr)? ~ auf [,]? ~ (mich|mir)
(ihr|sie|das|eure MESSAGE) (nervt|nerven)
(zu viele|zuviele|so viele|weniger) ~ (MESSAGE|sms)
(fick|fickt) (dich|euch)
(leck|leckt) (mich)
(halt|haltet|halten) ~ (klappe|fresse|maul|schnauze) LAST
BEG (spam|betrug|abzocke) LAST
ist das (spam|betrug|echt)
(soll|muss) ich ~ (stopp|stop|abmelden)
(das reicht|reicht mir) LAST
verstorben
SCHREIB (sie|ihr|du)? ~ (mir|uns)? ~ NICHT
NICHT ~ einverstanden
(nachrichten|sms) ~ pausieren
KEIN interesse
KEIN (nachrichten|sms|werbung|anrufe) LAST
(will|möchte) das nicht
KEIN kunde ~ (mehr)?
"""

LIMIT = """
(vor|nach|bis|zwischen|außer|bevor|ab) ~ (DIGITS|mittag|mitternacht|montag|dienstag|mittwoch|donnerstag
    |freitag|samstag
    |sonntag|feierabend|wochenende|morgen|nächste|der arbeit|ich|acht|neun|zehn|sieben|sechs|zwanzig|ANY uhr)
(nachts|sonntags|samstags|morgens|abends|werktags|mittags|tagsüber|wochentags)
(am|übers) (wochenende|sonntag|abend|vormittag|samstag|montag)
(während|wenn ich|solange|sofern|falls ich)
(so|zu) (oft|früh|spät|viele|häufig|viel)
((?<!ab)(?<!noch)(?<!von)heute (?!noch)|vorerst|zurzeit|vorläufig|momentan|diese woche|diesen monat|gerade nicht|im
    moment)
(in der nacht|mitten in der)
"""

HEDGE = """
HEDGE
(weiß nicht ob|soll ich|sollte ich (mich|lieber|vielleicht|besser|da)|nicht sicher ob|muss ich (?!tun|erst|noch|denn
    |machen|mich noch))
"""
