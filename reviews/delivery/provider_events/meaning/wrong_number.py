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
(wrong|worng|wrng|wrogn|rong) (number|num|nmbr|person)
(digit|digits|one number|a number) wrong
(wrong|worng) (numba|nmber|numbr|numer|numbre|nr|no) (END|LAST)
(misdirected|misrouted|misaddressed) (text|message|sms|msg)?
(new|different|another) (owner|holder|user) (of|for|here|END)
(texted|reached|messaged|contacted|rung|called) ANY{0,4} (by mistake|in error|by accident)
(got|have|had) (this|the) (number|phone|sim) ANY{0,3} (weeks|months|days|week|month|year|years) ago
(im|i am|am|aint|i aint) (not)? (NAME|PERSON) ANY{0,2} (im|i am|wrong|my name) NAME?
(not|aint|isnt) (janes|PERSON) (phone|number|cell|mobile)
(this|it|thats) is (mine|my number|my phone) now
(mistyped|mixed up|misdialed|misdialled|wrote down|noted) ~ (a|one|the|some)? ~ (digit|digits|number)
not the person (you|u|youre|ur) ~ (are)? ~ after
(someone|somebody) elses (number|phone|mobile|cell|line)
(whoever|person|guy|lady|woman|man|who) ANY{0,2} (had|owned|used) (it|this number|this phone|the number) (before
    |previously
    |last)
had this (number|phone|sim|line) ~ (DIGITS|one|two|three|few|couple|several) (days|weeks|months|years|week|month|year)
(thats|that is|this is|its) not me END
(this|that|it) isnt me END
someone elses (number|phone)
(BEG|this is|its|thats) not (his|her|their) (number|phone|cell)
(not|isnt) the (right|correct) (number|person|phone|one for)
(previous|former|prior|last|old) owner
(im|i am|am|this is|thats|its) not (her|him|them|that person|the right person) END
(?<![,])BEG not (mr|mrs|ms|dr)? (NAME|PERSON NAME) (END|UNKNOWN LAST)
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
(num|nro|número|numero|tel|cel) (equivocado|equivocada|errado|incorrecto|mal)
(pifi*|erraste|erró|erraron|equivocaste|confundiste|confundió|confundieron) ~ (de|d|el|con)? ~ (número|numero|num
    |persona|nro)
(está|esta|dieron|dio|han dado|apuntaron|anotaron|tienen|dieron un) ~ (mal|falso) ~ (el|un)? ~ (número|numero|num)
(número|numero) (falso|inventado)
(mensaje|sms|texto) (es|era)? para otr*
(me dieron|me asignaron|compré|estrené|saqué|contraté|tengo) ~ (este|esta|el|la)? ~ (número|numero|chip|línea|cel|sim
    |celular|móvil)
    ~ (hace|la semana|desde|nuevo|nueva|ayer)
chip ~ (lo)? ~ (compré|es nuevo)
((dueñ*|titular) (anterior|de antes)|anterior (dueñ*|titular))
(PERSON|NAME) no es (la|el|de) ~ (este|esta|de este)
(número|numero|línea|teléfono|celular|móvil) ~ (pertenece a|es de un|es de una|es del|es el de|no corresponde)
no corresponde (este|el) ~ (número|teléfono|celular|móvil)
no me llamo (así|asi)
quién es (PERSON|NAME) [?,] ~ (yo)? ~ soy (PERSON|NAME)
(este|esta) es ~ (el)? ~ (cel|celular|teléfono|número|móvil|numero) de (don|doña|NAME|PERSON|la)
no es (la|el|su) (clienta|cliente|paciente) [.]
desconozco ~ (a|quién) ~ (esa|sea|es)
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
(mensaje|esto|sms|texto) ~ no (es|era|fue|iba) ~ (para|dirigido a) ~ (mi|mí)
(número|numero|cel|celular|teléfono|línea) ~ (ya)? no es (de|del) (la|el)? (señor|señora|sr|sra|doña|don) NAME
(ahora|este|esta|ya) ANY{0,2} (número|numero|cel|celular|teléfono|línea|este|esta) ~ es mío
(este|ese) ~ (cel|celular|teléfono|numero|número) es (mío|mio|de NAME)
cambió de (número|numero|teléfono|celular)
(están|está|estás) (mandando|escribiendo|enviando|hablando|llamando) a otra persona
(está|están|estás) (equivocado|equivocada|equivocados) (joven|señor|señora|amigo|amiga|señorita|hijo|este|aquí)
"""

GERMAN = """
(falsche|falschen|falscher|verkehrte|verkehrten) ~ (nummer|person|rufnummer|telefonnummer|handynummer|empfänger)
(falsche|falscher|falsches|falschen|verkehrte) (nr|no|telefon|kontakt|adresse|handy|anschluss)
(nummer|nr) (ist)? falsch
(zahlendreher|irrläufer|irrtümlich|fehlgeleitet*|vorbesitzer*)
(diese|die|meine|unter dieser) ~ (mobilnummer|nummer|handynummer|telefonnummer) ~ (ist|erreichen|gehört|hat|habe)
    ANY{0,4}
    (nicht (die|der|von)|erst seit|inzwischen|mittlerweile|früher|jetzt mir|einem|einer)
(bin|ist) NICHT ~ (diese|die|jene) (person|dame)
(ist|sind) ~ (uns|mir|hier) ~ NICHT bekannt
(ich|wir) (heiße|heiß|heißen|bin) ~ (auch|aber|gar)? ~ nicht (NAME|PERSON) (END|und|sondern|aber)
ich (nicht|net) PERSON
(heiße|bin|ist) NAME und (ich)? war (noch)? (nie|NICHT)
(PERSON|NAME|FRAU NAME) (kenne|kenn|kennen) (ich|wir) NICHT
PERSON [?] FILLER{0,2} (kenne|kenn) ~ ich ~ (NICHT|KEIN)
(erreichen|erreicht) ~ (hier|unter dieser nummer) ~ NICHT
(das hier|hier|dies|das) ist ~ (jetzt)? (mein|meine) (handy|nummer|telefon|anschluss)
(meint|meinen|sucht|suchen) ~ (sicher|wohl|bestimmt)? ~ (jemand|jemanden) (anders|anderes|anderen|anderer)
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
BEG (da|das|hier|es)? (liegt|ist|muss|wohl)? ~ (eine|wohl|um)? ~ verwechslung (END|vor|sein)
(bei mir|hier) (sind|seid|bist|sans)? (sie|ihr|du)? ~ falsch LAST
(sind|sans|seid|bist) ~ bei mir ~ falsch
für (jemand|jemanden|wen) (anderen|anders|anderes) (gedacht|bestimmt|gemeint)
(habe|hab) ~ (nummer|nr) ~ (neu|erst) ~ (seit|bekommen|END)
(kenne|kenn) ~ KEIN LAST
nicht für mich (bestimmt|gedacht)
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
(c|ce) (n)? (est)? pas (PERSON|NAME|moi PERSON|mme|moi (LAST|[,]))
(c est|je m appelle|moi c est|ici c est) (NAME|PERSON) [,]? (et)? pas (NAME|PERSON)
pas (le|la) bon (num|numéro|destinataire|contact)
(suis|êtes|écrivez|parlez) ~ (pas|plus) ~ (à)? ~ (la dame|le monsieur|cette personne|celle|la bonne personne)
(ce|mon|cette|c) ~ (gsm|téléphone|numéro|num|tel|natel|ligne|portable|carte sim) ~ (m appartient|n appartient|est à
    moi|est le mien
    |a été réattribué|réattribué)
(numéro|ligne) (réattribué|réattribuée|désattribué)
ancien* (propriétaire|abonné*|titulaire|détenteur|détentrice)
donné (mon|un faux|ce|un mauvais) (numéro|num)
(devez|allez|avez dû) (me)? confondre
(mauvais|faux) (chiffre|num|numéro)
(c|ce|c est) (le|est le)? (num|numéro|tel) (à|a|de) (NAME|UNKNOWN) ici
(conais|connais|connait) ~ (pas|ni) ~ (PERSON|NAME|de PERSON)
MESSAGE ~ (de|pour) ~ (quelqu un d autre|une certaine|un certain|une autre)
n a plus ce (numéro|num|tel)
(personne|celle|celui) ~ que vous cherchez n est
c est le mien
(viens|vient|venons) d avoir ~ (carte|sim|puce|num)
(tromp*|planté*) ~ en notant
(ya|y a|il y a) (pa|pas) de (PERSON|NAME)
mon nom n est pas
NAME (n habite|ne vit|ne travaille|habite) (plus|pas) ici
changé de (propriétaire|titulaire)
vous (me)? (confondez|avez confondu|m avez confondu) ~ avec
(vous faites|vous avez fait|c est une|c est) ~ erreur de (numéro|personne|destinataire)
BEG (je (crois|pense) que)? (vous faites erreur|vous vous êtes trompé*) LAST
je (ne)? suis pas (la|le|m|mme|mr|madame|monsieur)? NAME{1,2} (END|et|mais)
je (ne)? suis pas ~ (la personne|la bonne personne|celle que|celui que|le bon)
(c|ce|ceci) (n)? (est) (pas|plus) ~ (le|la)? ~ (numéro|téléphone|portable|tel) ~ (de|d)
(c|ce|ici) (n)? (est) (pas|plus) (madame|monsieur|mme)? NAME{1,2} END
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
(message|sms) (n est|n était|ne)? pas (pour moi|destiné)
(ne|n) (m|nous) (est|était|sont) pas (destiné*|adressé*)
(cherchez|vouliez|pensiez|voulez) ~ (joindre|contacter|parler|écrire)? ~ (à)? ~
    (quelqu un d autre|une autre personne)
"""
