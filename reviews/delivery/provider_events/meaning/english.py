"""English: the words that opt out, and the sentences they opt out in."""

WORDS = {
    # Alone, with or without fillers, these opt out (47 CFR 64.1200(a)(10) names the first line).
    "BARE": """stop quit end revoke optout cancel unsubscribe
        stopall remove stopp unsub cease desist enough nomore delete stpo sotp tsop stahp stawp""",
    # These do as a sentence of their own among others.
    "STOPPER": "stop stopall unsubscribe unsub optout nomore stpo sotp tsop stahp stawp",
    "FILLER": """please pls plz plse pleas thanks thank thx ty tks ok okay k kk hi hello hey yo dear sir sirs madam maam
        mam guys folks team friend just now right immediately asap instantly once already really seriously simply also
        too and so but then well um oh lol omg wtf ugh bruh bro smh omfg jeez geez sheesh sorry kindly yes yeah yep ya
        alright fucking fuckin fuckn fking effing bloody damn damned goddamn freaking frigging fricking hell fuck
        swear dammit bitch bitches assholes asshole idiots idiot jerks morons dude man mate again tho though anymore
        already lady finally all day morning evening afternoon""",
    "GLUE": """me my us our mine the a an any these those this that them it such your ur you u ya yall so all both of
        from with to at on in every single more further another other others else ever even longer additional
        constant constantly continuous continually unwanted unsolicited annoying stupid silly dumb endless automated
        automatic promotional marketing random daily weekly spammy ridiculous nasty crappy stinking lousy useless
        text phone cell mobile sms review feedback survey customer satisfaction of via by immediately completely
        altogether entirely permanently forever kinda type types kind sort sorts damn pointless boring dang darn""",
    "STOP": "stop stopped stopping quit quitting cease discontinue halt end terminate kill stpo sotp tsop stahp",
    "CONTACTING": """texting txting txtin textin messaging msging msgin contacting writing calling phoning emailing
        mailing spamming bothering bugging harassing pestering annoying disturbing hounding badgering nagging
        bombarding hassling soliciting asking reminding notifying pinging stalking targeting begging sms smsing
        communicating ringing
        dming whatsapping tormenting irritating trolling advertising marketing troubling communication""",
    "SENDING": "sending sendin forwarding pushing delivering",
    "CONTACT": "text txt message msg contact spam harass pester sms dm whatsapp solicit bombard hassle",
    # With an object only: "don't ask", "don't call the police".
    "TROUBLE": """call write ask bother bug ring annoy hound remind nag badger mail disturb stalk notify ping phone
        email""",
    "CONTACTED": """contacted texted messaged called bothered disturbed emailed spammed bugged harassed reached
        solicited notified phoned pestered annoyed""",
    "SEND": "send",
    "GET": "receive receiving get getting recieve recieving recive hear hearing have having see seeing recieved",
    "MESSAGE": """texts text messages message msgs msg mesages massages sms smses txts txt emails notifications
        notification alerts alert reminders reminder surveys survey offers promotions promos promo ads ad advertising
        advertisements advertisement marketing spam solicitations solicitation solicitations communication
        communications correspondence newsletter newsletters contact contacts follow-ups followup followups
        requests request junk crap shit bullshit bs stuff garbage nonsense texting messaging calls updates
        spamming soliciting contacting questionnaires invitations mms whatsapps chats harassment rubbish""",
    "REMOVE": "remove delete erase scrub purge wipe strike exclude unlist unenroll deregister unregister withdraw",
    "REMOVED": "removed deleted erased taken scrubbed purged wiped struck excluded withdrawn crossed dropped off",
    "TAKE": "take taking get pull cut cross drop scratch strike kick knock cancel remove",
    "MINE": """number num nmbr details data info information name contact phone email mobile cell digits account
        profile records record""",
    "LIST": """list lists database system records record file files contacts directory registry distribution rolodex
        roster crm books phonebook mailing listing group thread chat campaign sms texting""",
    "UNSUB": "unsub* unregister deregister unenroll unenrol",
    "MANY": """texts messages msgs txts texting spam surveys marketing solicitation solicitations soliciting contact sms
        reminders ads calls emails notifications promotions messaging""",
    "MATTER": """text texts texting message messages messaging msg msgs txt txts sms surveys survey reminders reminder
        notifications notification alerts emails contact communication communications calls solicitations promotions
        newsletter newsletters requests spam marketing contacting messaged texted contacted solicited""",
    "WANT": """want wanna wish need care like appreciate desire wanting needing wished wanted asked requested consent
        agree intend""",
    "HEDGE": "maybe perhaps possibly probably might unsure",
    "NAY": "dont doesnt didnt not never nor cant cannot wont isnt aint without",
    "WILLING": """want wants wanted wanna wish wishes like likes need needs care appreciate authorize authorise consent
        agree agreed allow permit desire accept approve request ask asked give gave given interest""",
    "GOT": "got received get have had see saw find found were was are",
}

NEVER = "(dont|do not|donot|does not|didnt|did not|never|no longer|not|wont|will not|cant|cannot)"
DONT = "(dont|do not|donot|dnt|do n t|never)"
I_OR_OTHERS = "(i|we|they|he|she|you|u|nobody|noone)"

# Words worth recognising with a slip of the finger.
TYPOS = """unsubscribe messages message texting contacting remove cancel delete interested harassing receiving bothering
    please subscription permission consent messaging annoying alone anymore stopping"""

INNOCENT = f"""
not interested in (any other|another|other|going|a different|any one else|anyone else)
# Somebody else than the customer is written to.
(?!ask|asking)(CONTACT|TROUBLE|CONTACTING|CONTACTED) (you|u|him|her|them|everyone|someone in)
(?<!my)(?<!our)contact (lens|lenses|info|information|form|person|page|less|number)
(i|we|id|i would) ~ {NEVER} ~ WANT ~ to ~ (CONTACT|SEND|TROUBLE)
{NEVER} ~ (ever )? (stop|stopped|stopping|quit|end|cease)  # "don't stop", "never quit"
(couldnt|could not|wouldnt|hasnt|havent|didnt|doesnt|isnt|without|hard to|impossible to|unable to|no need to)
    ~ (stop|stopped|stopping|quit)
(stop|stopped|stopping|stops) (by|in|over|off|for (?!now|good|me|us)|round|around|past|through|and (go|think|smell
    |see|look|say
    |ask))
(bus|pit|one|non|full|truck|rest|tram|train|short|first|next|last|quick|every|whistle|door|back|f|a|the|each
    |your) (stop|stops) (?!STOP|CONTACTING|SENDING|MESSAGE|~ (texting|messages))
stop (sign|signs|light|lights|watch|motion|gap|over|start|bath|smoking)
stop it? [,.]? (you|youre|ur|u|your|im|i|that|thats) ~ ANY{{0,4}} (blushing|blush|kind|sweet|nice|flattering
    |flattery|cry|tears|funny|laugh)
can stop (worrying|looking|searching|crying)
(reply|text|txt|send|type|respond|answer|write|texting|replying) ~ (stop|end|quit|cancel|unsubscribe|optout)
    (to|2|at|or|if|for|and)  # instructions quoted
stop (to|2) (end|opt|unsubscribe|cancel|stop|quit|optout)
(?<!can)(?<!could)(?<!would)(?<!that)(?<!rather)(?<!prefer)(?<!if){I_OR_OTHERS} (just|really|also|still|usually)?
    {NEVER} (even|really
    |usually|normally|ever|always)? (CONTACT|SEND|TROUBLE)  # "I don't text much"
{I_OR_OTHERS} FILLER{{0,2}} (got|get|received|receive|have|had|see|saw) no (more)? MESSAGE
{NEVER} ~ lose ~ MINE
{NEVER} ~ (want|wanted|like|wish) ANY{{0,3}} to (stop|end|quit)
(i|we) (must|may|might|probably|think i)? (have|had|dialed|called|gave|wrote|typed|put|entered|texted) ~ wrong
(had|has) to cancel
{NEVER} ~ (forget|hesitate|miss|mind|fail) ~ (to)?
{NEVER} ~ (WANT) ~ (to)? ~ (miss|lose|bother|trouble|disturb|annoy|be rude|interrupt|stop|unsubscribe|optout)
(wish|hope|want) ~ ANY{{0,3}} never (end|stop|stopped|ended)
# Calls are not wanted, texts are.
(dont|do not|no) (call|calls|phone|ring|calling) (me)? [,.]? (just|please|only)? (text|texts|message)
(text|message) (me)? ANY{{0,7}} [,.]? (dont|do not|no|not|instead of) (call|calls|phone|calling)
(stop|quit) (calling|phoning|emailing) (me)? ANY? [,.]? (just|please|and|only)? text
(i|we|he|she|they|doctor|pain|bleeding|leak|noise) (finally|just|also|have|has|had|ive|weve)? (stopped|quit
    |cancelled|canceled|ended|removed|deleted)
"""

STOP = f"""
# A sentence that says stop, and no more.
BEG STOPPER (STOPPER|FILLER|[,]){{0,8}} ([,] NAME{{1,3}})? (?=[.?,]|$)  # a sentence that says stop, and no more
BEG (stop|quit|cut|knock) (it|this|that|these|those|them|that out|it out|it off|doing this|this now) END
BEG (end|quit|cease|cancel|stop) (this|these|it now|all of this|all this|everything) LAST
BEG UNKNOWN STOPPER LAST
nomore ~ MESSAGE
(god|sake|christ|jesus|lord|heavens) STOPPER LAST
(please|pls|plz|just|me|us|it|texts|messages|but|and|so|pero|aber|mais) STOPPER (LAST|or)
BEG STOPPER (you|u|ya) FILLER{{1,3}} LAST
BEG STOPPER (or|before) (else|i|ill|im|we)
# The law, the police, a block.
(cancel|end|stop|delete|block|halt) (all|any|these|the|my|future|further|your) ANY{{0,3}} (texts|messages
    |texting|msgs|sms|surveys|
    notifications|alerts|reminders|communications|communication|contact|correspondence)
STOP ~ (wasting|blowing|flooding|clogging|filling|cluttering|invading|hitting) ~ up? ~ (my|our|me|your) (time
    |money|phone|cell|inbox|privacy|up)
BEG (reported|scram|shoo) (LAST|and)
(how do i|how can i|how do you|how can we|how do we|how to|trying to|how i|where do i|way to|how would i|how
    am i) ~ (to)? ~ (stop|end|cancel|block|quit|avoid|prevent) (END|this|these|it END|GET|MESSAGE|the MESSAGE
    |all MESSAGE|your MESSAGE|from)
(BEG|(told|said|asked|want|wanted) ANY{{0,3}}) no (MANY|spam|texting) (END|please|to|for)
(company|business|office|number) (is|keeps) ~ (bothering|annoying|harassing|spamming|bugging) (me|us)
(sue|suing|sueing) (you|u|ya|your)
(ill|i will|gonna|going to) (sue) (END|you|u|if|for|over)
(?<!the)(?<!a)(?<!your)(?<!my)(?<!this)(report|reporting|reported|reports) (you|u|your|ur|this ~ number|this
    ~ MESSAGE|these|yall)
(report|reporting|reported) ~ (as|for|to) ~ (spam|harassment|fcc|ftc|police|authorities|junk)
(hear|hearing) from ~ (my|our) (lawyer|lawyers|attorney|attorneys|solicitor)
(call|calling|contact|contacting|speak to|talk to|hand over to|get|involve|involving|consult|consulting
    |getting) (my|a|our) (lawyer|lawyers|attorney|attorneys|solicitor) (END|about|involved|if|to|and|on)
(my lawyer|my attorney|my solicitor) (will|is going|shall|would love)
(take|taking|pursue|pursuing|seek|legal|face) legal (action|actions|proceedings|remedies)
legal action (will|against|if|END)
(complaint|complaints) ~ (with|to) ~ (fcc|ftc|ico|attorney general|authorities)
(tcpa|fcc|ftc|gdpr|ccpa|canspam|pecr|dnc|casl)
(ill|i will|im|i am|going to|gonna|we will) ~ (call|calling|contact|contacting|go to|notify|inform) ~ (the)?
    (police|cops|authorities)
(harassment|harassing|harassed)
(you|youre|ur|u) ~ (are|r|keep)? ~ (spamming|bothering|bugging|harassing|pestering|annoying) (me|us|people)
MESSAGE (are|is) ~ (bothering|annoying|bugging|harassing|spamming) (me|us)
(this|these|it|you|youre|your MESSAGE|MESSAGE) ~ (is|are|r)? ~ (spam|unsolicited|unwanted|spammers|harassing)
    END
(unsolicited|unwanted) MESSAGE
(block|blocking|blocked) (you|u|your|ur|this number|this sender|this phone|yall|this|the number|number) ~
    (END|now|number|from|and|if|immediately|ass|asses)
(you|u|number|youre|youve|ur) ~ (are|is|have been|been|r|being|getting|will be|now|about to be)? ~ (blocked|reported)
BEG blocked (END|and)
cease and desist
(respect|invading|invasion of|violating) ~ privacy
(text|bother|message|spam|harass|annoy|bug) (someone|somebody|anyone) else
# No consent.
(refuse|decline|forbid|prohibit|object|reject) ANY{{0,5}} (MATTER|receive)
(not (ok|okay|comfortable|happy)) with (getting|receiving|being|you)? ~ (MATTER|CONTACTING)
(optout|removal|unsubscribe|stop) request
NAY ~ WILLING (?!to (send|write|leave|give|post|answer|miss|lose|stop|unsubscribe|bother|spam|contact|text
    |message|call)|a|it) ANY{{0,6}} MATTER
(want|like|wish|prefer|asked|request|please|demand|requesting|love) ~ (to)? (be|get|have|been|being) ~
    (REMOVED|unsubscribed|off) (END|(from|off) ~ (LIST|this|these|MESSAGE|here|everything|all)|asap|now)
(can i|could i|may i) ~ (be|get) ~ (REMOVED|unsubscribed) ~ (off|from|END)
(not|never|dont|no longer) ~ (allowed|authorized|authorised|permitted|welcome|entitled) to ~ (CONTACT|TROUBLE
    |SEND)
(?<!you)(dont|do not|no longer) ~ WANT (?!to (send|write|leave|give|post|answer|miss|lose|stop|unsubscribe
    |bother|spam|CONTACT|TROUBLE)) ANY{{0,5}} (MESSAGE|CONTACTED)
(?<!you)(dont|do not|no longer|not|never) ~ (want|wish|like|care|prefer|rather|need|agree|consent|desire
    |wanna|appreciate) ~ (to)? ~ (be|being|to be) ~ (CONTACTED|on ~ LIST|sent|included)
(revoke|revoked|revoking|withdraw|withdrawing|withdrawn|rescind|retract) ~ (my)? ~ (consent|permission
    |authorization|authorisation|optin|opt in)
(dont|do not|didnt|did not|never) ~ (consent|consented) (to|END|2)
(never|didnt|did not|havent|dont|have not) ~ (sign|signed|signup|subscribe|subscribed|opt|opted|optedin) ~
    (up|in|to|me)? ~ (for|to)? ~ (this|these|MESSAGE|any|anything|it|that|your|END|receive|get|be)
(never|didnt|did not|dont|do not|havent|without|no|not|doesnt) ~ (give|gave|given|have|got|has|grant|granted
    |my)? ~ (you|u|anyone|them|to)? ~ (permission|consent|authorization|authorisation) (to|for|END|and)
without my (permission|consent)
# Off the list.
(take|get|remove|drop|pull) (me|us|this number|my ~ MINE) (off|from|out of) (?!the waiting|waiting)ANY{{0,2}}
    LIST
(number|info|phone) ANY{{0,4}} [,.]? (so|please|and)? (delete|remove|erase|lose) (it|this|that) END
(?<!we)(?<!i)(?<!you)(?<!they)(dont|do not|never) (?!you (?!dare|ever)|worry|forget|hesitate|mind|know|think
    |have|see|get|understand|
    remember|miss|lose|delete|receive|need|want|like|let) ANY{{0,5}} (texts|messages|texting|msgs|sms|surveys
    |notifications)
(no|zero|any|without) (interest|desire|wish|need|intention) (in|to|for|of) ANY{{0,5}} (MATTER|LIST)
(keep|leave|get) (my|this) ~ MINE ~ (out|off|from) ~ (of)? ~ LIST
get rid of (my|this) ~ MINE
(take|remove|cross|strike|scratch) (my|this) ~ MINE off (END|(of)? ~ LIST)
REMOVE (me)? from ~ LIST
(number|phone|line) ANY{{0,3}} [,.]? (please|so)? {DONT} use it
(take|remove|delete|strike) (off|out) (my|this) ~ MINE
(i|we|id|just|would|to) (want|like|wish) to (stop|optout) (END|this|these|MESSAGE)
(asked|told|said|say|saying|replied|texted|sent|typed|wrote|write|reply|replying|keep|kept|sending|text
    |demand|begging|asking) ~ (to|2|for)? ~ (stop|optout) ~ (END|this|these|it|means|DIGITS|times|three|twice
    |before|multiple|several|and|to you|to this)
(how do i|how can i|how to|way to|want to|like to|wish to|can i|could i|how i|trying to) ~ (get|be|have) ~
    (taken|removed|off|out of) ~ (off|from|of)? ~ (LIST|this|these|MESSAGE)
(want|like|would like|need|wish|have|get|can|please) ~ (my|this) ~ MINE ~ (to be)? REMOVED
BEG {DONT} (?!you (?!dare|ever)|worry|forget|hesitate|mind|know|think|have|see|get|understand|remember|WANT
    |miss|lose|delete|receive) ANY{{0,4}}
    (CONTACT|CONTACTING|CONTACTED|MANY) (?!him|her|them|list|NAME|and|anyone|people|late)
(i|we) (want|would like|wanna) (off|out) (of)? (END|~ LIST|this|these)
(dont|do not) ~ want ~ my ~ MINE ~ (on|in) ~ (your|the|any|this)
(rather|prefer|want|wish|like|choose|request) (you|to|that you)? not ~ (to)? ~ (be)? ~ (GET ~ (MESSAGE|any
    |these|this|such|from)|CONTACTED|CONTACT (me|us|this)|CONTACTING|SEND|on ~ LIST|hear|sent ~ (MESSAGE|any
    |these|from)|GET anything|see anything|sent anything)
REMOVE ~ (me|us|MINE|this line) (?!appointment|review|photo|to|ANY{{0,2}} (appointment|review|invoice
    |bill))
(lose|forget|trash|ditch|discard|destroy) ~ (my|this) ~ (number|digits|phone number|contact|details|info)
TAKE ~ (me|us|my|this|number|MINE) ~ (off|from|out of) ~ (of)? ~ (your ~ LIST|MESSAGE|LIST)
(take|get|taking) (me|us|my number|this number|my phone|my cell|it) off (of)? (END|this|that|your|ur|the list
    |all|these|please)
(off|from) (of)? (your|ur|any) ~ LIST
UNSUB (?!from (GERUND|UNKNOWN|waiting|my))
(opt|opting|opted|opts) ~ (me|us|this number|my number)? ~ out
(optout|optedout) (?!policy|form|option|link|page|rate|process)
(?<!dont)(?<!not)(?<!wont)(?<!never)(?<!didnt)(?<!wouldnt)(leave|let) ~ (me|us|my (MINE|phone|family|wife|kids|husband)
    |this number) ~ (alone|be END|b END|in peace|out of (this|it|your))
(do not|dont|no) (call|contact|text|email) (list|registry|lists)
(count|leave|keep|rule) (me|us|my number) out END
# Left alone.
nothing (more|further|else) ANY{{0,3}} (with|from) (you|u|your|this)
part of (stop|no) ANY{{0,2}} (you|u)
(be|being|to be) left (alone|in peace)
BEG (go away|get lost|back off|buzz off|beat it|get (out of|off) ~ (my phone|phone|inbox|face)) END
(knock|cut) (it|that) (off|out)
give it a rest
# Enough, and no interest.
(enough|enuf) ANY{{0,2}} (texts|messages|texting|msgs|surveys|spam)
(?<!you are)(?<!they are)(?<!he is)(?<!she is)(?<!youre)(?<!theyre)(?<!was)(?<!were)(?<!hes)(?<!shes) not ~
    interested (?!in|but in|at in|to in)
not ~ interested in ~ (whatever|any way|the (least|slightest)|MESSAGE|your|ur|this|these|it|that END|anything|being
    |GET|CONTACT|CONTACTED
    |participating|hearing|receiving|more|you|taking|leaving) (?!other)
(no longer) interested (?!in)
(no longer) interested in ~ (MESSAGE|this|these|GET|hearing|being|receiving)
(have|has|got|of|with)? (no|zero) interest (END|in ~ (MESSAGE|this|these|your|it|hearing|any|anything|what))
(no|zero) interest (at all|whatsoever|ever)
(sick|tired|fed|annoyed|fedup|irritated|done|finished|through|over|had it) ~ (up)? ~ (of|with|by) ~ (GET
    |CONTACTED|being)? ~ (MESSAGE|these|you CONTACTING|hearing from|being CONTACTED)
BEG (thats|that is|this is|its|it is|ive had|i have had|i had|had)? (quite|more than)? enough (END|already
    |now|is enough|texting|with ~ (MESSAGE|this|you|that)|of ~ (MESSAGE|these|you)|MESSAGE|ok)
# No messages are wanted.
(CONTACT|TROUBLE) (me|us) (no more|never again|no longer)
no (review|feedback|survey) requests
(?<!GOT)(no|zero) (more|further|additional|new|other|future|longer) ANY{{0,3}} (MESSAGE|CONTACTING)
(want|wanted|need|like|wish|love|prefer|appreciate|ask|asking|beg|begging|request|demand|order|hope|grateful)
    ANY{{0,3}}
    (you|u|yall|this|these|them|MESSAGE) ANY{{0,3}} (stop|stopped|cease|quit) (LAST|this|these|it|now|MESSAGE
    |CONTACTING|doing)
(nobody|noone|no one) (wants|asked|needs|likes) ANY{{0,3}} MATTER
no (more|further) (of)? (these|your|contact|communication|of this|from you)
(say|saying|said|please|want) no more END
BEG no more [,]? END
(?<!you)(dont|do not|not|never|no longer|didnt|did not|nor) ~ WANT ~ (to)? ~ (receive|receiving|get|getting
    |recieve|hear from|see) ~ (MESSAGE|these|from you|from|such|anything|any END|anymore)
(?<!you)(not|never|didnt|did not|nor) ~ WANT ~ (for)? ~ MESSAGE
MESSAGE (are|is|r)? ~ (not|unwelcome|arent|isnt) ~ (welcome|wanted|appreciated|necessary|needed|LAST)
never ~ (want|wanna) ~ (to)? ~ hear
(rather|prefer|prefer it if) (you|yall) (didnt|did not|dont|not) ~ (CONTACT|TROUBLE|SEND)
(dont|do not|no longer) ~ (want|wanna|wish|care|need|like) ~ (to)? ~ hear ~ from ~ (you|u|this|your|ur|yall
    |these|END)
(make sure|make it so|see to it|ensure) ANY{{0,3}} (dont|do not|never|no longer|stop|not) ~ (get|getting|receive
    |receiving|sent)
# Do not write.
(texting|contacting|messaging|calling) (me|us) (again|further|anymore) (will|is|would|and)
BEG (?!i|we|he|she|they|you|u|it|my|our|the|had|have|got|did|there|still)ANY{{0,3}} (dont|not|never|no) (?!a
    |one|problem|worries|need to|longer in|get|getting|got|receive|receiving|received|see|seeing|forget|sure
    |yet)
    ANY{{0,4}} (texts|messages|texting|msgs|sms|txts|surveys|messaging|contacting|contact me|text me|message
    me) ANY{{0,3}} LAST
(number|phone) (is|isnt) not ANY{{0,4}} (marketing|solicitation|texts|texting|sms|messages)
(dont|do not|never|stop|quit) (use|using) (my|this|our) ~ (number|phone|cell|line|info|details)
(?<!why){DONT} ~ (ever|again|dare|you ever|you dare|try to)? ~ CONTACT (?!him|her|them|list|NAME|and|anyone
    |people)
(?<!why){DONT} ~ (ever|again|dare|you ever|you dare|try to)? ~ TROUBLE ~ (me|us|this number|my)
    (?!a|NAME|why|how|what|to|that|if|about the|later)
{DONT} reply to (this|my) (number|phone)
(not|not to|please not|u not|you not) (CONTACT|TROUBLE) (me|us|this number|my phone|anymore|again)
{DONT} (ever|you ever|you dare)? ~ SEND ~ (them END|links|stuff|things|MESSAGE|anything|nothing|END|these
    |more MESSAGE|me
    anymore|me any more)
(not|never) ~ (be|being) ~ CONTACTED
(refrain|desist|abstain|cease) from ~ (CONTACTING|SENDING|contact|any|all|further|TROUBLE)
avoid (CONTACTING|SENDING) ~ (me|us|this|MESSAGE)
(?<!you)(dont|do not|no longer) (want|wanna) ~ (em|this|these|those|them|any|any of this|anything|anymore|any
    more) (anymore|END|from you)
(dont|do not|no longer) (want|need) ~ (you|u|yall|anyone|your company) ~ to (CONTACT|TROUBLE|SEND|have|keep)
(dont|do not|no longer) want (you|u|yall) (CONTACTING|SENDING|having)
BEG (do not|dont) disturb END
(never|didnt|did not) ~ (agree|agreed) to ~ (this|these|MESSAGE|GET|be|being|any)
(never|didnt|did not|havent|dont|have not) ~ (request|requested|ask|asked|register|registered|enroll
    |enrolled) ~ (for|to|in)? ~ (this|these|MESSAGE|any of this|receive|get|be CONTACTED|your)
(if|next time) ~ (you|u|ya|anyone|yall) ~ (CONTACT|TROUBLE|SEND) ~ (me|us|MESSAGE) ~ (again|anymore|one more
    time)
BEG (text|message|contact|call|msg) me (again|one more time|once more) and
(one|1|another|next) (more)? (text|message|txt) ~ (and|or) ~ (i|ill|im|you|youll|we)
# Stop writing.
STOP ~ CONTACTING (?!it|him|her|them|yourself|everyone|people|me NAME|me a)
BEG STOP ANY{{0,5}} (MESSAGE|CONTACTING) (?!it|him|her|them|yourself|everyone|people|me NAME|me a)
STOP ~ SENDING ~ (MESSAGE|END|me|us|things|links|these|those|this END|stuff|to)
STOP ~ GET ~ (MESSAGE|these|this|those|them|END|from)
(STOP|cancel|disable|deactivate|mute|discontinue) ~ (MESSAGE|subscription|subscriptions)
(turn|switch|shut) off ~ (MESSAGE|these|this END)
(turn|switch|shut) ~ (MESSAGE|these|this) off
STOP with ~ (MESSAGE|this|these|it|already|END)
(make|making|get) ~ (it|this|these|them|MESSAGE) ~ (to)? ~ (stop|end)
(MESSAGE|these|this|it|you|u|yall) ~ (need|needs|have|has|must|should|better|gotta) ~ (to)? ~ (stop|cease)
    (END|now|this|it)
(want|like|wish) ~ (you|u|this|these|it|them|MESSAGE|everything|all) ~ to (stop|end|cease)
(ask|asking|asked|tell|telling|told|begging|beg|need) (you|u|ya|yall|you guys|you people) ~ (to)? stop (END
    |this|these|it|MESSAGE|texting|DIGITS|times|three|twice|before|multiple|several)
(if|that) (you|u|this|these) (would|could)? (just)? (stopped|stop) (END|this|these|MESSAGE)
(can|could|would|will|wont|cant|wouldnt|why dont) (you|u|ya|yall) ~ stop (END|this|it|that|these|MESSAGE)
(fuck|f|fck|fk|fuk|piss|bug|bugger|buzz|sod|eff|naff|swear|fook) off
(all|any|your|further) ~ (communication|communications|contact|MESSAGE) ~ (must|should|needs|has|to) ~ (to)?
    ~ (stop|cease|end)
(blowing|filling|clogging|flooding) ~ up? ~ (my|our) ~ (phone|inbox|cell)
"""

UNCLEAR = f"""
BEG (stop|unsubscribe|revoke|cease) (?!GERUND)ANY
(stop|quit) GERUND (me|us)
BEG STOPPER [?]
HEDGE ANY{{0,2}} (STOPPER|optout)
(should|do|must|shall|can) i ~ (have|need|text|say|reply|type|write|send)? ~ (to)? ~ (text|say|reply|type
    |write|send)? ~ (stop|optout|unsubscribe)
(?<!SUBJ)(cancel|cancelling|canceling) ~ (?!STOP) (my|our|the|this|that|it|tomorrow|today|monday|DIGITS
    |appointment|booking|reservation|order|all|for|on|your|his|her|a|next)
(want|need|like|must|please|can i|can you|could you|can we) ~ (to)? cancel
BEG cancel ANY
(take|remove|delete|cross|strike) (me|us|my name|name) ~ (off|from|out) ~ ANY{{0,2}} (LIST|schedule|calendar
    |waitlist|program|plan|study|club)
(dont|do not) ~ (know|recognize|recognise|remember) ~ (you|u|who you|who u|this number|who this|who that|this
    |your)
(how|where|who|why) (did|do|have|has|gave) (you|u|they)? (get|got|have|find|obtain)? (my|this) ~ (number|info
    |details|contact|phone)
why ~ (do|are|am|did|r|is) ~ (you|u|i|we|yall|y) ~ (keep|still)? ~ (CONTACTING|SENDING|GET ~ MESSAGE)
(you|u|yall|they) (guys)? ~ (keep|kept|always) ~ (CONTACTING|SENDING)
(too|so|that|this|how) (many|much|often|frequently) ~ (MESSAGE|CONTACTING)
(text|message|contact|send) ~ (too|so) (much|often|many|frequently)
MESSAGE ~ (are|is|r) ~ (too|so|very|getting|really)? ~ (much|many|annoying|excessive|irritating|bothersome|a
    nuisance|frequent)
(fewer|less) MESSAGE
BEG (fuckyou|screw you|screw u|(go|oh|just|hey)? fuck (you|u|ya|yourself|yall)|shut up|go to hell|eat shit
    |stfu|gfy|swear you|swear yourself|f you|f u)
(dont|do not|no longer) want (it|that) LAST
(you|youre) ~ (are)? ~ wasting ~ time
BEG (spam|scam|scammers|spammer|spammers|junk) END
(is|are) (this|you|these|it) (a|some kind of)? (spam|scam|legit|scammers|phishing)
no need to (CONTACT|TROUBLE|SEND) (me|us) (again|anymore|any more|LAST)
(only|just) (text|message|contact|send) (me|us)? ANY{{0,3}} (if|when|for|once|emergencies)
who (is|s)? PERSON
(pause|snooze|suspend|hold off|hold) ~ (on)? ~ (MESSAGE|my subscription|for now|CONTACTING|all)
not ~ interested in
(passed away|deceased|(husband|wife|mother|father|mom|mum|dad|son|daughter) died)
(not|no longer|never) (a|an|your|longer a|been a|longer your) (customer|client|patient|member)
(no longer|dont|do not) (need|use|require|want|using) ~ (your)? ~ (service|services|business|help)
never ~ (been|visited|used|bought|heard|done business|gone) (to|at|from|of|with|here|there|in)? ~ (you|your
    |this|there|here|END)
(email|mail) (me)? (instead|only)
(dont|do not|no) ask END
{DONT} ~ SEND
not for me LAST
BEG im out LAST
not a good time (to|for)? (text|message|contact)?
"""

# What takes back half of an opt-out: only at some hours, only some texts.
LIMIT = """
(before|until|till|til|after|past|between|b4|unless|except) (DIGITS|noon|midnight|morning|evening|tomorrow
    |monday|tuesday|wednesday|thursday|friday|saturday|sunday|next|then|later|work|hours|dark|lunch|my|i|im
    |we|the|its|it|you|ANY)
(unless|except)
(at|on|in|during|over|late|early) ~ (night|nights|work|weekends|weekend|sundays|sunday|saturdays|saturday
    |weekdays|morning|mornings|middle|evenings|evening|hours|dinner|lunch|holidays|hour|early|late|monday
    |mondays|friday|fridays|meeting|class|school)
(while|when|whilst) (im|i am|i|we|were|driving|working|at|sleeping|my)
(so|too|this|that|very|as) (early|late|often|much|many|frequently)
(for now|for a while|for the moment|right now END|for today|for this week|this week|this month|today|tonight
    |tomorrow|temporarily|every hour)
(more than|only|just) (once|twice|DIGITS|one|two|a)
"""

HEDGE = """
HEDGE
(i guess|i think i should|thinking about|thinking of|wondering if|should i|what if|not sure (if|whether|i want))
(?<!times)do i (have|need) to (text|say|reply|type|send|write)
"""
