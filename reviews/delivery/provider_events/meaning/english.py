"""English: the words that opt out, and the sentences they opt out in."""

WORDS = {
    # Alone, with or without fillers, these opt out (47 CFR 64.1200(a)(10) names the first line).
    "BARE": """stop quit end revoke optout cancel unsubscribe
        stopall remove stopp unsub cease desist enough nomore delete""",
    # These do as a sentence of their own among others.
    "STOPPER": "stop stopall unsubscribe unsub optout nomore",
    "FILLER": """please pls plz plse pleas thanks thank thx ty tks ok okay k kk hi hello hey yo dear sir sirs madam maam
        mam guys folks people team friend just now right immediately asap instantly once already really seriously
        simply also too and so but then well um oh lol omg wtf ugh sorry kindly yes yeah yep ya alright
        fucking fuckin fuckn fking effing bloody damn damned goddamn freaking frigging fricking swearing hell fuck
        swear dammit bitch bitches assholes asshole idiots idiot jerks morons dude bro man mate u2 again tho though
        anymore already lady ma'am finally all everything everyone everybody day good morning evening afternoon""",
    "GLUE": """me my us our mine the a an any these those this that them it such your ur you u ya yall so all both of
        from with to at on in every single more further another other others else ever even longer additional
        constant constantly continuous continually unwanted unsolicited annoying stupid silly dumb endless automated
        automatic promotional marketing random daily weekly spammy ridiculous nasty crappy stinking lousy useless
        text phone cell mobile sms review feedback survey customer satisfaction of via by immediately completely
        altogether entirely permanently forever kinda type types kind sort sorts damn pointless boring dang darn""",
    "SUBJ": "i we they he she it you u nobody noone who someone anyone everyone people",
    "ME": "me us my this here",
    "STOP": """stop stopped stopping quit quitting cease discontinue halt end avoid refrain desist finish drop
        knock terminate kill""",
    "CONTACTING": """texting txting txtin textin messaging msging msgin contacting writing calling phoning emailing
        mailing spamming bothering bugging harassing pestering annoying disturbing hounding badgering nagging
        bombarding hassling soliciting asking reminding notifying pinging stalking targeting begging sms smsing
        blowing hitting flooding clogging filling cluttering invading wasting communicating reaching ringing
        dming whatsapping tormenting irritating trolling advertising marketing troubling communication""",
    "SENDING": "sending sendin forwarding pushing delivering",
    "CONTACT": """text txt message msg contact call phone email mail spam bother bug harass pester annoy disturb hound
        badger nag hassle solicit write notify ping message dm ring bombard whatsapp trouble sms ask stalk remind""",
    "CONTACTED": """contacted texted messaged called bothered disturbed emailed spammed bugged harassed reached
        solicited notified phoned pestered annoyed""",
    "SEND": "send forward push",
    "GET": "receive receiving get getting recieve recieving recive hear hearing have having see seeing recieved",
    "MESSAGE": """texts text messages message msgs msg mesages massages sms smses txts txt emails notifications
        notification alerts alert reminders reminder surveys survey offers promotions promos promo ads ad advertising
        advertisements advertisement marketing spam solicitations solicitation solicitations communication
        communications correspondence newsletter newsletters contact contacts follow-ups followup followups
        requests request junk crap shit bullshit bs stuff garbage nonsense texting messaging calls updates
        spamming soliciting contacting questionnaires invitations mms whatsapps chats harassment rubbish""",
    "REMOVE": """remove delete erase scrub purge wipe strike exclude unlist unenroll deregister unregister
        withdraw drop scratch cross disenroll clear eliminate rid clean""",
    "REMOVED": "removed deleted erased taken scrubbed purged wiped struck excluded withdrawn crossed dropped off",
    "TAKE": "take taking get pull cut cross keep leave drop scratch strike sign count kick knock cancel remove",
    "MINE": """number num nmbr details data info information name contact phone email mobile cell digits account
        profile records record""",
    "LIST": """list lists database system records record file files contacts directory registry distribution rolodex
        roster crm books phonebook mailing listing group thread chat campaign sms texting""",
    "UNSUB": "unsubscribe* unsub* unsubscri* unregister deregister unenroll unenrol resign",
    "NOT": "not never no dont",
    "WANT": """want wanna wish need care like appreciate desire wanting needing wished wanted asked requested consent
        agree intend""",
    "HEDGE": "maybe perhaps possibly probably might unsure",
    "GOT": "got received get have had see saw find found were was are",
}

NEVER = "(dont|do not|donot|does not|didnt|did not|never|no longer|not|wont|will not|cant|cannot)"
DONT = "(dont|do not|donot|dnt|do n t|never)"
I_OR_OTHERS = "(i|we|they|he|she|you|u|nobody|noone)"

INNOCENT = f"""
{NEVER} ~ (ever )? (stop|stopped|stopping|quit|end|cease)    # "don't stop", "never quit"
(couldnt|could not|wouldnt|hasnt|havent|didnt|doesnt|isnt|without|hard to|impossible to|unable to|no need to) ~ (stop|stopped|stopping|quit)
(stop|stopped|stopping|stops) (by|in|over|off|for|round|around|past|through|and (go|think|smell|see|look|say|ask))
(bus|pit|one|non|full|truck|rest|tram|train|short|first|next|last|quick|every|whistle|door|back|f|a|the|this|each|your) (stop|stops) (?!STOP|CONTACTING|SENDING|MESSAGE|~ (texting|messages))
stop (sign|signs|light|lights|watch|motion|gap|over|start|bath|smoking)
stop it? [,.]? (you|youre|ur|u|your|im|i|that|thats) ~ ANY{{0,4}} (blushing|blush|kind|sweet|nice|flattering|flattery|cry|tears|funny|laugh)
can stop (worrying|looking|searching|crying)
(reply|text|txt|send|type|respond|answer|write|texting|replying) ~ (stop|end|quit|cancel|unsubscribe|optout) (to|2|at|or|if|for|and)  # instructions quoted
stop (to|2) (end|opt|unsubscribe|cancel|stop|quit|optout)
{I_OR_OTHERS} FILLER{{0,2}} {NEVER} FILLER{{0,2}} (even|really|usually|normally|ever|always)? (CONTACT|SEND)    # "I don't text much"
{I_OR_OTHERS} FILLER{{0,2}} (got|get|received|receive|have|had|see|saw) no (more)? MESSAGE
{NEVER} ~ lose ~ MINE
{NEVER} ~ (forget|hesitate|miss|mind|fail) ~ (to)?
{NEVER} ~ (WANT) ~ (to)? ~ (miss|lose|bother|trouble|disturb|annoy|be rude|interrupt|stop|unsubscribe|optout)
(wish|hope|want) ~ ANY{{0,3}} never (end|stop|stopped|ended)
(i|we|he|she|they|it|doctor|pain|bleeding|leak|noise) (finally|just|also|have|has|had|ive|weve)? (stopped|quit|cancelled|canceled|ended|removed|deleted)
"""

WRONG_NUMBER = """
wrong (number|num|nmbr|person|guy|girl|man|woman|lady|phone|contact|dude|recipient|party|customer|client|patient|one END|NAME)
(incorrect|mistaken) (number|person|recipient)
(have|got|texted|texting|reached|contacting|contacted|messaging|messaged|dialed|calling) ~ wrong (END|number|person)
(im|i am|am|this is|this isnt|isnt|is|thats|its|it is|that is) not ~ (NAME|jane) (?!CONTACT)
(this|that|it|thats|im) (isnt|aint|is not|not) ~ NAME
(isnt|not) (longer)? ~ NAME (number|phone|cell|mobile|anymore|END)
NAME ~ (doesnt|does not|no longer|isnt|is not|dont|has not|didnt|not) ~ (longer|anymore)? ~ (have|has|had|own|owns|live|lives|use|uses|using|at|here|work|works|reachable|available) ~ (this|here|number|phone|anymore|the|at)
(there is|theres|is|have|got|has)? (no|nobody|noone|not a|no one|not any) ~ (NAME|one|person|body)? ~ (named|called|by|with|here|at|on) ~ (NAME|name|number|phone|here|this)
(BEG) no ~ NAME (here|at|on|in|lives)
(dont|do not|never) ~ (know|knew|heard) (of)? (a|any|anyone|anybody|no|this|who|the) ~ (named|called|by)? ~ NAME
(dont|do not) ~ know (anyone|anybody|nobody|any person|a person) (by|named|called|with)
(number|phone|cell|line) ~ (doesnt|does not|no longer|not) ~ belong
(number|phone|cell|line) ~ (belongs|belong|assigned|reassigned|now) ~ (to)? ~ (someone|somebody|me|another|different|else)
(someone|somebody) else ~ (number|phone|has this|cell)
(meant|looking|trying|mean|want|wanted|intended|supposed|was) (to|for)? ~ (text|reach|contact|message|call|get|for|be)? ~ (for)? (someone|somebody|another|different) ~ (else|person|number)
(confused|mixed|mistaken|mistook|confusing) ~ (me)? ~ (up)? ~ (with|for) ~ (someone|somebody|another)
not (who|the (one|person)|whom) ~ (looking|think|seeking|want|trying|searching)
(not|isnt|wasnt) (intended|meant) for me
(sent|texted|texting|contacted|messaged|got|reached|contacting|messaging|sending) ~ (me|this) ~ (by mistake|in error|by accident|accidentally|mistakenly)
(just|recently|now) (got|have|received|bought|inherited) ~ (this|new) (number|phone number)
(changed|switched|changed) (her|his|their) (number|phone)
(had|have|has) ~ this number ~ (for|since) ~ (a|DIGITS|years|months|over|only|long|about)
mistaken identity
not my name
(got|have) the wrong END
"""

STOP = f"""
BEG STOPPER (STOPPER|FILLER|[,]){{0,8}} ([,] NAME{{1,3}})? (?=[.?]|$)         # a sentence that says stop, and no more
BEG (stop|quit|cut|knock) (it|this|that|these|those|that out|it out|it off|doing this|this now) END
STOP ~ CONTACTING (?!it|him|her|them|yourself)
STOP ~ (trying|wanting|attempting) ~ CONTACT
STOP ~ SENDING ~ (MESSAGE|END|me|us|things|links)
STOP ~ (GET|receiving|getting) ~ (MESSAGE|these|this|those|them|END|from)
(STOP|end|cancel|disable|deactivate|halt|kill|mute|discontinue) ~ (my)? ~ (MESSAGE|subscription|subscriptions|membership texts)
(turn|switch|shut) (off)? ~ (MESSAGE|these|this) (off)?
STOP with ~ (MESSAGE|this|these|it|already|END)
(make|get|making|getting) ~ (it|this|these|them|MESSAGE|you|yall) ~ (to)? ~ (stop|end|go away)
(MESSAGE|these|this|it|you|u|yall|people) ~ (need|needs|have|has|must|should|better|got|gotta) ~ (to)? ~ (stop|end|cease|quit) (END|now|this|it)
(want|like|wish|need|ask|asking|asked|told|tell|telling|begging|beg|said|say|saying|replied|texted|sent|typed|wrote|write|sending|text|rather|demand|appreciate|requested|request|mean|means|meant) ~ (if|that|to|2|for)? ~ (stop|stopped|optout|end this|cease) (END|this|these|it|MESSAGE|means|DIGITS|times|three|twice|before|multiple|several)
(can|could|would|will|wont|cant|wouldnt|why dont|you|how do i|how can i|how do you|how can we|how do we|how to|trying to|want to|need to|like to|way to|how i|where do i|able to|wish to|going to) (you|u|ya|guys|i)? ~ (stop|quit|end|cease) (END|this|these|it|that|GET|MESSAGE|the MESSAGE|all MESSAGE)
(how do i|how can i|how to|way to|want to|like to|wish to|can i|could i|how i|need to) ~ (get|be|come) ~ (taken|removed|off|out|rid) ~ (off|from|of)? ~ (LIST|this|these|here|END)
(want|like|wish|prefer|need|asked|request|please|demand|just|to|can i|could i) ~ (to)? (be|get|have|been|being) ~ (removed|REMOVED|unsubscribed|deleted) (off|from|END|asap|now)
(want|like|would like|need|wish|have|get|can|please) ~ (my|this) ~ MINE ~ (to be)? REMOVED
{DONT} ~ (ever|again|dare|bother|you ever|you dare)? ~ CONTACT (?!him|her|them|it|list|NAME)
{DONT} ~ CONTACT LIST
{DONT} (LIST|registry)
(not (to)? |not be ) CONTACT (me|us|this|again|anymore|my|the)
{DONT} ~ SEND ~ (MESSAGE|anything|nothing|END|any|this|these|more|me anymore)
(not|never) ~ (be|being) ~ CONTACTED
(not|never|dont|no longer) ~ (allowed|authorized|authorised|permitted|welcome|entitled) to ~ CONTACT
(refrain|desist|abstain|stay) ~ from ~ (CONTACTING|SENDING|contact|any|all|further)
(?<!GOT)(no|zero) (more|further|additional|other|longer) ~ MESSAGE
no (more|further) (of)? (these|this|your|contact|communication|of this|please|from you|END)
BEG (no) (MESSAGE|spam|contact) (END|please|to|for)
BEG no more [,]? END
(?<!SUBJ)(dont|do not|not|never|no longer|didnt|did not|nor) ~ WANT ~ (to)? ~ GET ~ (MESSAGE|any|anything|these|this|those|them|it|from|such|more|another|END|stuff|further|you|notifications)
(i|we)? (dont|do not|not|never|no longer|didnt|did not|nor) ~ WANT ~ (for)? ~ (MESSAGE)
(dont|do not|no longer|not|never) ~ (want|wish|like|care|prefer|rather|need|agree|consent|desire|wanna|appreciate) ~ (to)? ~ (be|being|getting|to be) ~ (CONTACTED|on|part of|bothered|included|sent)
(dont|do not|no longer) ~ (want|wanna|like|need) ~ (this|these|those|them|it|that|any|any of this|anything|anymore|more|you) (anymore|END|from)
(dont|do not|no longer) ~ want ~ (you|u|yall|anyone) ~ (to)? ~ (CONTACT|CONTACTING|SEND|SENDING|have|keep|having)
(dont|do not) ~ want ~ (my) ~ MINE ~ (on|in) ~ (your|the|any|this)
(rather|prefer|want|wish|like|choose|request) ~ (you|to)? ~ not ~ (to)? ~ (be)? ~ (GET|CONTACTED|CONTACT|CONTACTING|SEND|receive|on)
never ~ (want|wanna) ~ (to)? ~ hear
(do not|dont) disturb
REMOVE ~ (me|us|myself|MINE|this line) (?!appointment|review|photo|ANY{{0,2}} (appointment|review))
(?<!SUBJ)(lose|forget|trash|ditch|discard|destroy|lost) ~ (my|this|the) ~ (number|digits|phone number|contact|details|info)
TAKE ~ (me|us|my|this|number|it|MINE) ~ (off|out|from) ~ (of)? ~ (LIST|END|this|your|all|these|here|MESSAGE|everything)
(off|from|out) (of)? ~ (your|ur|the|this|any|all|that) ~ (LIST|mailing LIST|contact LIST|text LIST)
UNSUB
(opt|opting|opted|opts) ~ (me|us|this number|my number)? ~ out
(optout|optedout)
(?<!dont)(?<!not)(leave|let|leaving) ~ (me|us|my phone|this number|my family) ~ (alone|be|b|the ANY alone|in peace|out of)
(fuck|f|fck|fk|fuk|piss|bugger|buzz|sod|eff|naff|swear|fook) off
BEG (go away|get lost|back off|buzz off|beat it|get (out of|off) ~ (my phone|phone|inbox|face))
(knock|cut) (it|that) (off|out)
give it a rest
not ~ interested (?!in|but in|at in|to in)
not ~ interested in ~ (MESSAGE|your|ur|this|these|it|that END|anything|any|what|being|GET|CONTACT|participating|hearing|receiving|more|you)
(have|has|got|of)? (no|zero) interest (END|in ~ (MESSAGE|this|these|your|it|hearing|any|anything|what))
uninterested END
(sue|suing|sueing) (you|u|ya|your|if|for|over)
(ill|i will|will|going to|gonna|have to|shall) sue
(report|reporting|reported|reports) ~ (you|u|this|it|these|your|ur|them|number)
(report|reporting|reported|reportd) ~ (as|for|to) ~ (spam|harassment|fcc|ftc|police|authorities|junk)
(call|calling|contact|contacting|hear from|speak|talk|hand|consult|have|get|involve|involving) ~ (my|a|an|the)? ~ (lawyer|lawyers|attorney|attorneys|solicitor) (?!recommended|told|said|friend)
(my lawyer|my attorney|my solicitor) (will|is going|shall)
(take|taking|pursue|legal) legal? (action|actions|proceedings)
(file|filing|filed|make|lodge|open) ~ (complaint|complaints) ~ (with|against|to|END|for) ~ (fcc|ftc|ico|you|regulator|police|authorities|attorney|bbb|about)?
(tcpa|fcc|ftc|gdpr|ccpa|canspam|pecr|dnc|casl)
(call|calling|calls|contact|contacting|go to|going to) ~ (police|cops|authorities)
(harassment|harassing|harassed|harass)
(you|ur|youre|u) ~ (are|r|keep)? ~ (spamming|bothering|bugging|harassing|pestering)
(this|these|it|you|youre|your MESSAGE|MESSAGE) ~ (is|are|r)? ~ (spam|unsolicited|unwanted|spammers|harassing)
(unsolicited|unwanted) MESSAGE
(block|blocking|blocked) ~ (you|u|this|your|number|it|sender)
(you|u|number|youre|ur) ~ (are|is|have been|r|being|getting|will be|now|about to be)? ~ blocked
BEG blocked (END|and)
(do not|dont|no) (call|contact|text|email) (list|registry|lists)
(revoke|revoked|revoking|withdraw|withdrawing|withdrawn|rescind|retract|cancel) ~ (my)? ~ (consent|permission|authorization|authorisation|opt)
(dont|do not|didnt|did not|never|not) ~ (consent|consented|agree|agreed) (to|END|2)
(never|didnt|did not|havent|dont|have not|not) ~ (sign|signed|signup|subscribe|subscribed|opt|opted|register|registered|enroll|enrolled|request|requested|ask|asked) ~ (up|in|for|to|me)? ~ (for|to|in)? ~ (this|these|MESSAGE|any|anything|it|that|your|END|you|receive|get|be)
(never|didnt|did not|dont|do not|havent|without|no|not|doesnt) ~ (give|gave|given|have|got|has|grant|granted|my)? ~ (you|u|anyone|them|to)? ~ (permission|consent|authorization|authorisation) (to|for|END|and)
(without|not have) my (permission|consent)
(sick|tired|fed|annoyed|fedup|irritated|done|finished|through|over|bored|had it|enough) ~ (up)? ~ (of|with|by|getting|receiving|hearing){1, 2} ~ (GET|CONTACTED|getting)? ~ (MESSAGE|this END|these|you CONTACTING|from you)
BEG (thats|that is|this is|its|it is|ive had|i have had|i had|im at|had)? ~ enough (END|already|now|is enough|texting|with|of this|of these|of your|of MESSAGE|MESSAGE)
cease and desist
(all|any|your|further) ~ (communication|communications|contact|MESSAGE) ~ (must|should|needs|has|to) ~ (to)? ~ (stop|cease|end)
(count|leave|keep|rule) (me|us|my number) out END
(respect|invading|invasion of) ~ privacy
(if|next time) ~ (you|u|i|ya|anyone) ~ (CONTACT|GET|SEND|text) ~ (MESSAGE)? ~ (again|anymore|from you|another|more) 
BEG (text|message|contact|call|msg) me (again|one more time|once more) and
(one|1|another|next) more? (text|message|txt) ~ (and|from|or)
(blowing|filling|clogging|flooding|blow|cluttering) ~ up? ~ (my|our) ~ (phone|inbox|cell)
(text|bother|message|spam|harass|annoy|call|bug) (someone|somebody|anyone) else
(wasting|waste) (your|ur|my|our) time
(wish|want|like|request) ~ (to)? ~ (withdraw|be withdrawn|be excluded)
"""

UNCLEAR = f"""
BEG (stop|stopp|unsubscribe|quit|end|revoke|remove|delete|cease|halt) ANY
(should|do|must|shall|can) i ~ (have|need|text|say|reply|type|write|send)? ~ (to)? ~ (text|say|reply|type|write|send)? ~ (stop|optout|unsubscribe)
(?<!SUBJ)(cancel|cancelling|canceling) ~ (?!STOP) (my|our|the|this|that|it|tomorrow|today|monday|DIGITS|appointment|booking|reservation|order|all|for|on|your|his|her|a|next)
(want|need|like|have|must|can|could|please|to|would|should|BEG) ~ (to)? cancel
(take|remove|delete|get|cross|strike) ~ (me|us|my name|name) ~ (off|from|out) ~ ANY
(dont|do not) ~ (know|recognize|recognise|remember) ~ (you|u|who you|who u|this number|who this|who that|this|your)
(how|where|who|why) (did|do|have|has|gave) ~ (you|u|they)? ~ (get|got|have|find|obtain|gave)? ~ (my|this|the) ~ (number|info|details|contact|phone)
why ~ (do|are|am|did|r|is) ~ (you|u|i|we|this|yall|y) ~ (keep|still|getting|keep GET|CONTACTING|SENDING|constantly)
(you|u|yall|they) (guys)? ~ (keep|kept|always) ~ (CONTACTING|SENDING)
(too|so|that|this|how) (many|much|often|frequently) ~ (MESSAGE|CONTACTING)
(text|message|contact|send) ~ (too|so) (much|often|many|frequently)
MESSAGE ~ (are|is|r) ~ (too|so|very|getting|really)? ~ (much|many|annoying|excessive|irritating|bothersome|a nuisance|frequent)
(fewer|less) MESSAGE
(fuckyou|screw you|screw u|fuck (you|u|ya|yourself|yall)|shut up|go to hell|eat shit|stfu|gfy|swear you|swear yourself|f you|f u)
BEG (spam|scam|scammers|spammer|spammers|junk) END
(is|are) (this|you|these|it) ~ (spam|a scam|scam|legit|real|scammers|a bot)
(pause|snooze|suspend|hold off|hold) ~ (on)? ~ (MESSAGE|my subscription|for now|CONTACTING|all)
not ~ interested in
(passed away|deceased|has died|no longer with us|(he|she|husband|wife|mother|father|mom|mum|dad|son|daughter|NAME) died)
(not|no longer|never) (a|an|your|longer a|been a|longer your) (customer|client|patient|member)
(no longer|dont|do not) (need|use|require|want|using) ~ (your)? ~ (service|services|business|help)
never ~ (been|visited|used|bought|heard|done business|gone) (to|at|from|of|with|here|there|in)? ~ (you|your|this|there|here|END)
(email|mail|call|phone) (me)? (instead|only|please instead)
(dont|do not|no) ask END
{DONT} ~ SEND
(not|no) (for me|anymore|more END)
im out END
(leave|let) me
not a good time (to|for)? (text|message|contact)?
"""

# What takes back half of an opt-out: only at some hours, only some texts.
LIMIT = """
(before|until|till|til|after|past|between|b4|unless|except) (DIGITS|noon|midnight|morning|evening|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|next|then|later|work|hours|dark|lunch|my|i|im|we|the|its|it|you|ANY)
(unless|except)
(at|on|in|during|over|late|early) ~ (night|nights|work|weekends|weekend|sundays|sunday|saturdays|saturday|weekdays|morning|mornings|middle|evenings|evening|hours|dinner|lunch|holidays|hour|early|late|monday|mondays|friday|fridays|meeting|class|school)
(while|when|whilst) (im|i am|i|we|were|driving|working|at|sleeping|my)
(so|too|this|that|very|as) (early|late|often|much|many|frequently)
(for now|for a while|for the moment|right now END|for today|for this week|this week|this month|today|tonight|tomorrow|temporarily|every hour)
(more than|only|just) (once|twice|DIGITS|one|two|a)
"""

HEDGE = """
HEDGE
(not sure|i guess|i think i should|thinking about|thinking of|wondering if|should i|what if|do i have to|is it possible that)
"""
