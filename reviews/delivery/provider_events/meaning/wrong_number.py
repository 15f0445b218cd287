"""Somebody else has the number: the sentences that say so, in all languages."""

# Names that are known in small letters too; with a capital letter, any word that is not known may be a name.
WORDS = {
    "PERSON": """
        jane john mary james robert michael david william richard joseph thomas daniel matthew anthony
        steven paul andrew joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob gary
        nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander patrick
        jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley
        kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia
        kathleen amy angela anna brenda emma nicole samantha katherine christine helen debra rachel carolyn
        janet maria heather diane julie kate tom tim mike dave steve chris jim joe bob ben sam alex jenny
        lucy sophie olivia megan tyler
        juan juana josé luis carlos jorge pedro manuel antonio francisco miguel javier fernando rafael
        sergio pablo diego alejandro ricardo eduardo roberto carmen ana isabel lucía marta elena sofía
        teresa rosario beatriz patricia gabriela daniela alejandra guadalupe josefina
        peter hans klaus jürgen wolfgang andreas stefan stephan markus matthias tobias sebastian florian
        christian lukas jonas leon felix martin uwe dieter petra sabine monika ursula claudia susanne birgit
        heike anja katrin julia lena hannah schmidt müller meier meyer schneider fischer weber wagner becker
        hoffmann
        jean pierre michel philippe alain nicolas christophe laurent françois julien antoine louis hugo
        lucas camille nathalie isabelle sylvie catherine martine céline sandrine chloé léa manon claire
        sophie dupont durand
    """,
}

ENGLISH = """
wrong (number|num|nmbr|person|guy|girl|man|woman|lady|phone|contact|dude|recipient|party|one END|NAME)
(incorrect|mistaken) (number|person|recipient)
(have|got|texted|texting|reached|contacting|contacted|messaging|messaged|dialed|calling) the wrong (END
    |number|person)
(im|i am|am|this is|thats|its) not (actually|a|the)? (mr|mrs|ms|dr|miss)? NAME{1,2} (END|UNKNOWN LAST|i|but|anymore
    |he|she
    |this|you)
(this|that|it) isnt (mr|mrs|ms|dr|miss)? NAME{1,2} (END|UNKNOWN LAST|i|but|anymore|its|this|you)
(this|that|it) (is not|isnt|is no longer|no longer) ~ POSS (number|phone|cell|mobile|line|contact|anymore|END)
(not|isnt) (longer)? POSS (number|phone|cell|mobile|line)
(my name is not|my name isnt|names not|name is NAME not|im NAME not|i am NAME not|this is NAME not) NAME
(NAME{1,2}|she|he|they|that person) (doesnt|does not|no longer|isnt|is not|dont|has not|didnt) ~ (longer
    |anymore)? ~ (have|has|had|own|owns|live|lives|use|uses|using) ~ (this|here) ~ (number|phone|cell|anymore
    |END)
NAME{1,2} (doesnt|does not|no longer) (live|lives) (here|at)
NAME (isnt|is not|is no longer|no longer) (at|on|reachable) ~ number
(no|nobody|noone|no one|not anyone) (by|with) the name (of)? (NAME|that)
(no|nobody|noone|no one|not anyone|not a) (here|at this number)? ~ (named|by|with|called) ~ (NAME|name|that)
    ~ (here|name|at|END|lives|live|works)
(there is|theres|got|have|is) (no|nobody|noone|not a|no one) (person)? (named|called)? NAME
BEG no (NAME (here|at this|on this|lives)|PERSON LAST)
(dont|do not|never) (even|really|personally)? (know|knew|heard) (of)? (a|any|anyone|anybody|no|this) (named
    |called|by the name of|person named)? NAME (?!NAME)
(dont|do not) know (anyone|anybody|any person|a person|nobody) (by|named|called|with)
(dont|do not) know (who PERSON is|PERSON END)
(number|phone|cell|line) ~ (doesnt|does not|no longer|not) ~ (belong|belongs)
(number|phone|cell|line) ~ (used to)? (belongs|belong|belonged|assigned|reassigned) ~ (to)? ~ (someone
    |somebody|me|another|different)
(someone|somebody) else (has|owns|got|number|phone)
(meant|looking|trying|intended|supposed|wanted|want) (to|for)? ~ (text|reach|contact|message|call|get|for
    |be)? ~ (for)? (someone|somebody) else
(have|got|has|confused|mixed|mistaken|mistook|confusing|thinking) ~ (me|number)? ~ (confused|mixed|mistaken)?
    ~ (up)? ~ (with|for|of) (someone|somebody|another person)
not (who|the one|the person|whom|the guy|the girl) ~ (you|u|youre|ur) ~ (are)? ~ (looking|think|seeking|want
    |trying|searching)
(not|isnt|wasnt) (intended|meant) for me
(sent|texted|texting|contacted|messaged|reached|contacting|messaging|sending) ~ (me|this) ~ (by mistake|in
    error|by accident|accidentally|mistakenly)
(just|recently|now) (got|have|received|bought|inherited) ~ (this) (phone number|number)
(NAME|she|he|they) (has|have)? (changed|switched|lost) (her|his|their) (number|phone number) END
(have|had) (had)? ~ this number ~ (for|since) ~ (DIGITS|years|months|over|only|long|about)
mistaken identity
(thats|that is|this is|its) not me END
(this|that|it) isnt me END
someone elses (number|phone)
(BEG|this is|its|thats) not (his|her|their) (number|phone|cell)
(not|isnt) the (right|correct) (number|person|phone|one for)
(previous|former|prior|last|old) owner
(im|i am|am|this is|thats|its) not (her|him|them|that person|the right person) END
BEG not (mr|mrs|ms|dr)? (NAME|PERSON NAME) (END|UNKNOWN LAST)
(have|got) (his|her|their) (old|former)? (number|phone|cell) now
belongs to NAME not NAME
(used to be|was) (POSS|his|her|someone elses) (number|phone|cell)
NAME (doesnt|does not|no longer|isnt) (work|works|working) (here|for)
(no (clue|idea)|dont know|not sure) who (NAME|PERSON) is
never met (NAME|her|him)
(different|another|other) person [,.]? (wrong|sorry)
never heard of (NAME|her|him|them|that person|this person|that name)
(dont|do not) know (that|this|any such|such a) (person|name)
(dont|do not) know (who)? (that|this) person (is)?
(no one|nobody|noone) (here|at this number)? (has|goes by|by) (that|this) name
(not|isnt) (that|this|the right) person
BEG (thats|this is|its)? not me LAST
not me [,] wrong
not my name
(got|have) the wrong END
"""

SPANISH = """
(número|numero|persona|teléfono|celular|contacto|cliente|destinatario) (equivocado|equivocada|incorrecto
    |incorrecta|errado|errada|erróneo|errónea|erroneo|equivocados)
(equivocó|equivocaron|equivocaste|equivoca|equivocan|equivocas|equivocado|equivocados|confundió|confunde
    |confunden|confundieron|confundiendo|confundido) ~ (de|con|el|la)? ~ (número|numero|persona|otra|alguien
    |teléfono|contacto)
(equivocado|equivocada) de (número|persona|teléfono)
(está|están|estás|creo que se|se|te|se han|se ha|te has) ~ (equivocó|equivocaron|equivocaste|equivocado
    |equivocada|equivocados) END
BEG (equivocado|equivocada) END
(mi nombre no es|no es mi nombre)
no soy (la persona|a quien|quien) ~ (que)? ~ (busca|buscan|buscas|cree|creen|piensa|piensan)
(marcó|marcaron) mal
(se confundió|se confundieron|me confunde|me confunden) (END|de|con)
NAME ya no (trabaja|vive) aquí
(número|numero|persona) que no es
(yo)? no me llamo NAME
(no|yo no) soy ~ (la|el|ninguna|ningún|esa|ese)? ~ (señor|señora|sra|sr|doña|don)? (NAME|juana|persona)
(no|ni) se llama ANY
(no|ya no) ~ es ~ (el|la)? ~ (número|numero|teléfono|celular) ~ (de|del)
(este|ese|aquí|esta) ~ (ya)? no es ~ (el|la|de|ninguna)? ~ (NAME|número de|teléfono de)
(aquí|acá) no ~ (vive|hay|trabaja|está|es|se encuentra|existe|vive ya) ~ (ningún|ninguna|nadie|la|el|tal|esa
    |ese|NAME|persona)
(no hay|no existe|no vive) ~ (ningún|ninguna|nadie|NAME) ~ (NAME|aquí|acá|con ese nombre|llamado|llamada|que se)
(número|teléfono) (ya)? no es (de|del) (señor|señora)? NAME
(este|ese) (ya)? no es ~ (mi|su) (número|teléfono|nombre)
no (soy yo|conozco a esa persona|conozco a esta persona)
no conozco ~ (a)? ~ (ningún|ninguna|nadie|NAME)
(me llamo|soy) NAME [,]? no NAME
NAME ya no ~ (tiene|usa|vive|es|está)
NAME cambió de (número|teléfono|celular)
(número|teléfono|celular|línea) ~ (ahora|ya)? ~ (es|pertenece) ~ (de|a)? ~ (otra|alguien|otro) ~ (persona
    |dueño|más)?
(número|teléfono) ~ (ya)? no (le)? pertenece
(acabo|acabamos) de (obtener|recibir|comprar|adquirir|contratar) ~ (número|numero|línea)
(busca|buscan|buscas|buscando) ~ a (otra|alguien)
(mensaje|esto) ~ no es para mi
"""

GERMAN = """
(falsche|falschen|falscher|verkehrte|verkehrten) ~ (nummer|person|rufnummer|telefonnummer|handynummer|empfänger)
(falschen|verkehrten) (kontakt|ansprechpartner|mann|adressaten)
(falsch|verkehrt) (verbunden|gewählt)
(den|die|der) (falschen|falsche) (END|erwischt|angeschrieben)
(verwählt|vertippt)
(in|bei|mit) der ~ nummer ~ (geirrt|vertan|irren|vertun|getäuscht)
(irren|vertan|geirrt) ~ (sich)? ~ (in|mit|bei) ~ (nummer|person)
(ich bin|bin|ich heiße|heiße) (aber|leider)? nicht (FRAU? NAME|PERSON PERSON) END
(das ist|dies ist|hier ist|hier spricht) (aber|leider)? nicht (FRAU NAME|PERSON) END
ICH (bin|heiße) KEIN PERSON
(hier|es) ~ (gibt|ist|wohnt|lebt|arbeitet) (es)? (hier|bei uns)? (KEIN|niemand|NICHT) (FRAU|PERSON|namens)
(hier|es) ~ (gibt|ist|wohnt|lebt|heißt) ~ (KEIN|niemand|niemanden) ~ (mit (diesem|dem) namen|namens|so)
(wohnt|lebt) ~ (KEIN|niemand) ~ NAME
KEIN PERSON (hier|unter|bei|END)
(kenne|kenn|kennen) ~ (KEIN|niemanden|niemand) (PERSON|FRAU|namens|mit diesem namen|mit dem namen|der so)
(kenne|kenn) ~ (PERSON|FRAU NAME) ~ NICHT
(nummer|handynummer|telefonnummer|anschluss|handy) ~ (gehört|ist) ~ (jetzt|nun|inzwischen)? (NICHT|KEIN) ~
    (mehr)? ~ (PERSON|FRAU|von FRAU|von NAME|mehr die von)
(nummer|handynummer|telefonnummer|anschluss) ~ gehört ~ (jetzt|nun|inzwischen|mittlerweile)? ~
    (jemand|einem anderen|anderem|jemandem|mir)
(das|dies|hier) ist ~ NICHT ~ (die|das)? ~ (nummer|handy|telefon|anschluss|handynummer) ~ (von|mehr|der)
NAME hat ~ nummer ~ NICHT mehr
(das bin ich|bin ich|das bin) nicht ich? LAST
(kenne|kenn) ~ person NICHT
NAME hat ~ (NICHT|KEIN|andere|neue) ~ (mehr|andere|neue)? ~ nummer
person verwechsel*
(mein name ist|heiße) nicht NAME
ich heiße NAME [,]? nicht NAME
bin nicht (die|der) (richtige|gesuchte)
(meinen|meinst|suchen|sucht) ~ (wohl|bestimmt|sicher)? (jemand|jemanden) (anderen|anders|anderes)
NAME (wohnt|arbeitet|lebt) (hier NICHT|NICHT mehr hier|NICHT hier)
nummer hat ~ (jemand|einen neuen)
(verwechseln|verwechselt) ~ (mich|uns)
"""

FRENCH = """
(mauvais|faux|(la|BEG) mauvaise|fausse) (numéro|num|personne|destinataire|correspondant|interlocuteur)
(trompez|trompé|trompée|trompe|trompes|trompés|erreur|gouré) ~ (de|avec|sur)? ~
    (numéro|num|personne|destinataire|quelqu|autre)
(vous)? devez faire erreur (de|sur) ~ (numéro|personne)
pas (la bonne personne|le bon numéro|le bon destinataire)
connais pas (cette personne|ce monsieur|cette dame|ce nom)
BEG il y a erreur
ce n est pas moi END
mon nom n est pas
NAME (n habite|ne vit|ne travaille|habite) (plus|pas) ici
changé de (propriétaire|titulaire)
vous (me)? (confondez|avez confondu|m avez confondu) ~ avec
(vous faites|vous avez fait|c est une|c est) ~ erreur de (numéro|personne|destinataire)
BEG (je (crois|pense) que)? (vous faites erreur|vous vous êtes trompé*) LAST
je (ne)? suis pas (la|le|m|mme|mr|madame|monsieur)? NAME{1,2} (END|et|mais)
je (ne)? suis pas ~ (la personne|la bonne personne|celle que|celui que|le bon)
(c|ce|ceci) (n)? (est) (pas|plus) ~ (le|la)? ~ (numéro|téléphone|portable|tel) ~ (de|d)
(c|ce|ici|ce) (n)? (est) (pas|plus) (madame|monsieur|mme)? NAME{1,2} END
ce n est (pas|plus) (madame|monsieur|mme)? NAME{1,2} END
(plus|pas) ~ (numéro|téléphone|portable) (de|à|d) NAME
(numéro|téléphone|portable|ligne) ~ (n)? (est|appartient) ~ (plus|pas|maintenant|désormais|à)? ~
    (à|celui|attribué|de) ~ (PERSON|madame|monsieur|un autre|quelqu|une autre|moi|autre|elle|lui|cette personne)
(il n y a|y a|il y a|n y a) ~ (pas|aucun|aucune|personne) (de|du)? (ici)? ~ (NAME|ce nom)
(je|j)? ~ (ne)? connais ~ (pas|aucun|aucune|personne) (de|d|du nom de|madame|monsieur)? (NAME (END|ici)|ce
    nom|de ce nom)
(personne|aucun|aucune) ~ (ici)? ~ (ne)? ~ (s appelle|de ce nom|du nom|à ce nom)
je (ne)? m appelle pas
je m appelle NAME [,]? (et)? (pas|non) NAME
NAME (n a|a) ~ (plus|changé) ~ (ce|de) numéro
(viens|vient|venons) d avoir ~ (numéro|ligne)
(message|sms) (n est)? pas (pour moi|destiné)
(cherchez|vouliez|pensiez|vouliez|voulez) ~ (joindre|contacter|parler|écrire)? ~ (à)? ~
    (quelqu un d autre|une autre personne)
"""
