"""English: the sentences that opt out. Its words, and what only seems to opt out, stand beside it."""

from reviews.delivery.provider_events.meaning.english_doubts import DONT, HEDGE, INNOCENT, LIMIT, UNCLEAR
from reviews.delivery.provider_events.meaning.english_words import TYPOS, WORDS

__all__ = ["HEDGE", "INNOCENT", "LIMIT", "STOP", "TYPOS", "UNCLEAR", "WORDS"]

STOP = f"""
# A sentence that says stop, and no more.
BEG STOPPER (STOPPER|FILLER|[,]){{0,8}} ([,] NAME{{1,3}})? (?=[.?,]|$)  # a sentence that says stop, and no more
BEG (stop|quit|cut|knock) (it|this|that|these|those|them|that out|it out|it off|doing this|this now) END
BEG (end|quit|cease|cancel|stop) (this|these|it now|all of this|all this|everything) LAST
BEG UNKNOWN STOPPER LAST
nomore ~ MESSAGE
(god|sake|christ|jesus|lord|heavens) STOPPER LAST
BEG (stop|quit) (this|these|it) (or|before|else)
(you|u|ye|yous) (can|may|could|should|need to|must|have to) STOP (LAST|this|that|these|now)
BEG FILLER{{0,3}} STOP (for|on) (both|me|us|my|our)
BEG stop (to|2) optout LAST
(can|could|will|would) (you|u) ~ (end|cease|discontinue|halt) (this|these|them|it)
BEG (remove|delete) LAST
(please|pls|plz|just|me|us|it|texts|messages|but|and|so|pero|aber|mais) STOPPER (LAST|or)
BEG STOPPER (you|u|ya) FILLER{{1,3}} LAST
BEG STOPPER (or|before) (else|i|ill|im|we)
# The law, the police, a block.
(cancel|end|stop|delete|block|halt) (all|any|these|the|my|future|further|your) ANY{{0,3}} (texts|messages
    |texting|msgs|sms|surveys|
    notifications|alerts|reminders|communications|communication|contact|correspondence)
(stop|nomore) no more
STOP ~ (wasting|blowing|flooding|clogging|filling|cluttering|invading|hitting) ~ up? ~ (my|our|me|your) (time
    |money|phone|cell|inbox|privacy|up)
BEG (reported|scram|shoo) (LAST|and)
(how do i|how can i|how do you|how can we|how do we|how to|trying to|how i|where do i|way to|how would i|how
    am i) ~ (to)? ~ (stop|end|cancel|block|quit|avoid|prevent) (END|this|these|it END|GET|MESSAGE|the MESSAGE
    |all MESSAGE|your MESSAGE|from)
(BEG|(told|said|asked|want|wanted) ANY{{0,3}}) no (MANY|spam|texting) (END|please|to|for)
(company|business|office|number) (is|keeps) ~ (bothering|annoying|harassing|spamming|bugging) (me|us)
(sue|suing|sueing) (you|u|ya|your)
(ill|i will|gonna|going to) (sue) (END|you|u|if you|for (this|harassment|spam*|MESSAGE|CONTACTING))
(?<!the)(?<!a)(?<!your)(?<!my)(?<!this)(report|reporting|reported|reports) (you|u|your|ur|this ~ number|this
    ~ MESSAGE|these|yall) (?!ANY{{0,5}} (if the|for the|about the|if it|because|for not|if my|for my|over the|over
    my))
(report|reporting|reported) ~ (as|for|to) ~ (spam|harassment|fcc|ftc|police|authorities|junk)
(hear|hearing) from ~ (my|our) (lawyer|lawyers|attorney|attorneys|solicitor)
(call|calling|contact|contacting|speak to|talk to|hand over to|get|involve|involving|consult|consulting
    |getting) (my|a|our) (lawyer|lawyers|attorney|attorneys|solicitor)
    (END|about (this|these|your|MESSAGE) (END|MESSAGE)|involved|if you|to stop|and)
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
(?<!is)(?<!are)(this|these|it|you|youre|your MESSAGE|MESSAGE) ~ (is|are|r)? ~
    (spam|unsolicited|unwanted|spammers|harassing) END
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
(object|objection|oppose) to ANY{{0,6}} (marketing|processing|MATTER)
(not (ok|okay|comfortable|happy)) with (getting|receiving|being|you)? ~ (MATTER|CONTACTING)
(optout|removal|unsubscribe|stop) request
NAY ~ WILLING (?!to (send|write|leave|give|post|answer|miss|lose|stop|unsubscribe|bother|spam|contact|text
    |message|call)|a|it) ANY{{0,6}} MATTER
(want|like|wish|prefer|asked|request|please|demand|requesting|love) ~ (to)? (be|get|have|been|being) ~
    (REMOVED|unsubscribed|off) (END|(from|off) ~ (LIST|this|these|MESSAGE|here|everything|all)|asap|now)
(can i|could i|may i|might i) ~ (be|get) (me|us|my ~ MINE|this number)? (REMOVED|unsubscribed) ~ (off|from|END)
(not|never|dont|no longer) ~ (allowed|authorized|authorised|permitted|welcome|entitled) to ~ (CONTACT|TROUBLE
    |SEND)
(?<!you)(dont|do not|no longer) ~ WANT (?!to (send|write|leave|give|post|answer|miss|lose|stop|unsubscribe
    |bother|spam|CONTACT|TROUBLE)) ANY{{0,5}} (MESSAGE|CONTACTED)
(?<!you)(dont|do not|no longer|not|never) ~ (want|wish|like|care|prefer|rather|need|agree|consent|desire
    |wanna|appreciate) ~ (to)? ~ (be|being|to be) ~ (CONTACTED|on ~ LIST|sent|included)
(revoke|revoked|revoking|withdraw|withdrawing|withdrawn|rescind|retract) ~ (my)? ~ (consent|permission
    |authorization|authorisation|optin|opt in)
(dont|do not|didnt|did not|never) ~ (consent|consented) (to|END|2)
(never|didnt|did not|havent|dont|have not) ~ (sign up|signed up|sign on|signed on|signup|subscribe|subscribed|opt
    |opted|optedin) ~
    (up|in|to|me)? ~ (for|to)? ~ (this|these|MESSAGE|any|anything|it|that|your|END|receive|get|be)
(never|didnt|did not|dont|do not|havent|without|no|not|doesnt) ~ (give|gave|given|have|got|has|grant|granted
    |my)? ~ (you|u|anyone|them|to)? ~ (permission|consent|authorization|authorisation) (to|for|END|and)
without my (permission|consent)
# Off the list.
(take|get|remove|drop|pull) (me|us|this number|my ~ MINE) (off|from|out of) (?!the waiting|waiting)ANY{{0,2}}
    LIST
(number|info|phone|mobile|cell|details|line) ANY{{0,9}} [,.]? ANY{{0,4}} [,.]? FILLER{{0,3}} (delete|remove|erase|lose
    |take|bin|wipe|drop) (it|this|that|them) (END|(off|out) (of|from)? ~ (LIST|END))
BEG (off|out) (of)? ~ (list|lists|database|system|mailing|roster) LAST
(want|wanted|like|need) (off|out) ~ (of|from)? ~ (LIST|this|these|it)
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
(said|told|asked|sent|wrote|typed|texted|replied|put|pressed|text) ~ ANY{{0,3}} (stop|STOPPER) ANY{{0,6}}
    (still|yet|again|already|twice|times|before|yesterday|week|month|ago|last|keep|keeps|continue|back)
(asked|told|said|say|saying|replied|texted|sent|typed|wrote|write|reply|replying|keep|kept|sending|text
    |demand|begging|asking) ~ (to|2|for)? ~ (stop|optout) ~ (END|as|this|these|it|means|DIGITS|times|three|twice
    |before|multiple|several|and|to you|to this)
(how do i|how can i|how to|way to|want to|like to|wish to|can i|could i|how i|trying to) ~ (get|be|have) ~
    (taken|removed|off|out of) ~ (off|from|of)? ~ (LIST|this|these|MESSAGE)
(want|like|would like|need|wish|have|get|can|please) ~ (my|this) ~ MINE ~ (to be)? REMOVED
BEG {DONT} (?!you (?!dare|ever)|worry|forget|hesitate|mind|know|think|have|see|get|understand|remember|WANT
    |miss|lose|delete|receive) ANY{{0,4}}
    (CONTACT|CONTACTING|CONTACTED|MANY) (?!him|her|them|list|NAME|and|anyone|people|late)
(i|we) (want|would like|wanna) (off|out) (of)? (END|~ LIST|this|these)
(want|gave|given|give) ANY{{0,9}} not (for|to get|for getting) ~ (MESSAGE|marketing) END
(dont|do not) ~ want ~ my ~ MINE ~ (on|in) ~ (your|the|any|this)
(rather|prefer|want|wish|like|choose|request) (you|to|that you)? not ~ (to)? ~ (be)? ~ (GET ~ (MESSAGE|any
    |these|this|such|from)|CONTACTED|CONTACT (me|us|this)|CONTACTING|SEND|on ~ LIST|hear|sent ~ (MESSAGE|any
    |these|from)|GET anything|see anything|sent anything)
REMOVE ~ (me|us|MINE|this line) (?!appointment|review|photo|to|ANY{{0,2}} (appointment|review|invoice
    |bill))
REMOVE (her|his|their) MINE
(lose|forget|trash|ditch|discard|destroy|bin|chuck|dump|scrap|junk|shred|burn|dispose of|get rid of) ~ (my|this) ~
    (number|digits|phone number|contact|details|info)
forget (that)? you (ever)? ~ (had|have|got|met|knew) ~ (had|have|got)? (me|my MINE|this MINE|our MINE)
TAKE ~ (me|us|my|this|number|MINE) ~ (off|from|out of) ~ (of)? ~ (your ~ LIST|MESSAGE|LIST)
(take|get|taking) it off (of)? ~ LIST
(take|get|taking) (me|us|my number|this number|my phone|my cell) off (of)? (END|this|that|here|your|ur|the list
    |all|these|please|whatever|wherever)
(take|get|taking|have) (me|us|my ~ MINE) off (of)? (it|them|urs|yours|there) END
(come|coming|came) off ~ (LIST|these|this)
(want|wants|need|needs|like) (taking|removing|deleting|taken) (off|out|END)
not (to)? put (me|us|my MINE) (on|in|down)
(put|mark|list|flag) (me|us) (down)? as (a|an)? (no|do not|not|optedout|unsubscribed)
(sign|log|opt) (me|us) (out|off) (END|again|of)
undo ~ (sign|signup|subscription|registration|optin)
(take|get|pull|cut) (the|my|this|our) MINE (out|off) (it|there|this)? END
(off|from) (of)? (your|ur|any) ~ LIST
UNSUB (?!from (having|the (UNKNOWN|monthly|weekly)|back|pain|bad|the pain|GERUND|UNKNOWN|waiting|my|(your|the)
    (competitor|competition|POSS|gym)))
(opt|opting|opted|opts) ~ (me|us|this number|my number)? ~ out
(optout|optedout) (?!for the|of the UNKNOWN|policy|form|option|link|page|rate|process)
(?<!dont)(?<!not)(?<!wont)(?<!never)(?<!didnt)(?<!wouldnt)(leave|let) ~ (me|us|my (MINE|phone|family|wife|kids
    |husband)
    |this number) ~ (alone|be END|b END|in peace|out of (this|it|your))
(do not|dont|no) (call|contact|text|email) (list|registry|lists)
(count|leave|keep|rule) (me|us|my number) out END
# Left alone.
nothing (more|further|else) ANY{{0,3}} (with|from) (you|u|your|this)
part of (stop|no) ANY{{0,2}} (you|u)
(be|being|to be) left (alone|in peace)
BEG (go away|get lost|back off|buzz off|beat it|get (out of|off) ~ (my phone|phone|inbox|face)) END
(knock|cut) (it|that) (off|out) (?!the|my|of)
give it a rest
(pack|jack) it in (LAST|with ~ (MESSAGE|this|these|CONTACTING)|now|will|would)
(hope|trust|let|make|great|good|nice|better|lovely|best|pleased|happy|glad|grateful) ANY{{0,5}} (last|final) MESSAGE
    (LAST|(that)? (i|we|you|u) ~ (GET|got|sent|send|SEND|CONTACT))
(enough|done|leave it out|do one|jog on|give over|cool it|pack it in|get lost|on your bike|naff off|sod off|stuff it
    |give up
    |knock it off|take a hike|no thanks|no thank you) (with|to)? (the|your|ur|these|those|all|all the|all your) ~
    (MESSAGE|LAST)
(out|off) (of)? ~ MESSAGE (please|END|i)
count (me|us) out (of|from)
# Enough, and no interest.
(enough|enuf) ANY{{0,2}} (texts|messages|texting|msgs|surveys|spam)
(?<!you are)(?<!they are)(?<!he is)(?<!she is)(?<!youre)(?<!theyre)(?<!was)(?<!were)(?<!hes)(?<!shes) not ~
    interested (?!in|but in|at in|to in)
not ~ interested in ~ (whatever|any way|the (least|slightest)|MESSAGE|your|ur|this|these|it|that END|anything|being
    |GET|CONTACT|CONTACTED
    |participating|hearing|receiving|more|you|taking|leaving) (?!other)
(no longer) interested (?!in)
(no|zero|not any) (desire|wish|interest|intention) (to|in) (hear|hearing|GET|be CONTACTED|receive)
(do|live|manage|cope) (fine|well|happily)? without (any)? (more|further)? ~ (these|this|MESSAGE|those)
(no|any) (point|reason|need|use|sense) (in|for|to)? (you|u)? ~ (CONTACTING|SENDING|hold my|keep my|have my)
none of (these|this|them|that|your MESSAGE|it) (LAST|END)
nothing (more|further|else) (to|on) (this|my) (number|phone|mobile|cell|line)
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
(you|u) (will|shall|must|should|can|may|are|need) (not|never) (to)? ~ (CONTACT|TROUBLE) (me|us|this number)
    (again|anymore|any more|further|ever|END)
{DONT} ~ (TROUBLE|message|text|spam|contact) (again|anymore|any more|ever|further)
no (MANY|message|text|sms) (only|just) (email|mail|emails|phone|call|post|letters)
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
(?<!i)(?<!we)(?<!they)(?<!he)(?<!she)(?<!did)(?<!does)(?<!have) not send (me)? (these|them|those|this|any|such
    |MESSAGE)
{DONT} (ever|you ever|you dare)? ~ SEND (her|him|them|my) (anything|MESSAGE|stuff|texts|these|things)
{DONT} (ever|you ever|you dare)? ~ SEND ~ ((them|em) END|links|stuff|things|MESSAGE|anything|nothing|END|these
    |more MESSAGE|me
    anymore|me any more)
(not|never) ~ (be|being) ~ CONTACTED
(not|never) CONTACTED (again|anymore|any more|further)
(asked|told|begged|warned|instructed) (you|u|ye|yous|them|ye all|yall|your ANY) ANY{{0,2}} (not to|never to|to not)
    (LAST|CONTACT|TROUBLE|SEND|text|message)
not to be used for (this|that|these|marketing|MESSAGE)
(dont|do not|not) (be)? ~ (use|using|used) (it|my MINE|this MINE|that) for (this|that|these|marketing|anything|ads
    |MESSAGE|such)
{DONT} SEND ~ (this|these|such|any|more|her|him|us) (any|sort|kind|type|more|MESSAGE|things|thing|anymore|again)
(i|we) (dont|do not) (do|accept|take) (MESSAGE|marketing|text messages)
(but|and|so|just|only|instead) no (texts|messages|sms|texting|marketing|spam|surveys) LAST
no (solicitations|solicitation|solicitors|marketing|advertising|surveys) (by|via|on|at|to|over)
(i|me) no (want|like|need) ~ (MESSAGE|this|these)
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
(next|another|1 more|one more) MESSAGE (from|of) (you|your|yours|this) ANY{{0,2}} (goes|go|gets|get|will|and|is|ill|i)
SEND ~ (me|us) (another|one more|1 more) ANY{{0,3}} and
(one|1|another|next) (more)? (text|message|txt) ~ (and|or) ~ (i|ill|im|you|youll|we)
# Stop writing.
STOP ~ CONTACTING (?!it|him|her|them|yourself|everyone|people|me NAME|me a)
BEG STOP ANY{{0,5}} (MESSAGE|CONTACTING) (?!it|him|her|them|yourself|everyone|people|me NAME|me a)
STOP ~ SENDING ~ (MESSAGE|END|me|us|things|links|these|those|them|em|this END|stuff|to)
STOP (asking|begging|CONTACTING) LAST
{DONT} keep (on)? (SENDING|CONTACTING)
STOP CONTACTING (her|his|my|our|their) (phone|number|cell|mobile|line)
(you|u)? STOP SEND (me|us)? MESSAGE
STOP ~ GET ~ (MESSAGE|these|this|those|them|END|from)
(STOP|cancel|disable|deactivate|mute|discontinue) ~ (MESSAGE|subscription|subscriptions)
(turn|switch|shut) off ~ (MESSAGE|these|this END|them END)
(turn|switch|shut|turned|switched) (them|these|those|it)? off LAST
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
# More ways to say it.
(appreciate|appreciated|love|could|can|may|will|shall|that|this) ANY{{0,5}} (last|final) (MESSAGE|one) (from|of|LAST
    |that|i|you)
(leave|keep) (me|us|my MINE) (off|out) ~ (of ~ LIST|LIST|MESSAGE|these|LAST)
(be|get|being|getting) ~ (excluded|exempt|exempted|left out) from ~ (these|this|MESSAGE|LIST|all|your)
(make|making) (these|this|it|them|the MESSAGE) (go away|end|disappear)
(take|get|leave|count|cut) (me|us) out of (it|this|these|all|that|whatever)
(not|no) (one|a single|another|1|a) (more|further)? MESSAGE
(please|kindly|just|to|must|will you) ~ refrain (LAST|from)
(dont|do not|never|not) ~ (ever)? ~ hear from ~ (this|your) (number|MESSAGE|lot|company|business|shop)
(said|told|say|saying|asked) (you|u)? ~ (to)? (quit|cease|unsubscribe|nomore|no more) LAST
(sooner|rather|prefer|better|nice|if) ~ (if)? ~ (you|u|yous|ye) ~ (didnt|did not|dont|stopped|wouldnt) ~ (SEND
    |CONTACT|TROUBLE)
stop it with ~ (these|the|all|this|your|MESSAGE)
(could|can|would|will|kindly) (you|u)? ~ not ~ (SEND|CONTACT|TROUBLE|include|add) (?!him|her|them|UNKNOWN)
(dont|do not|not|never) ~ include (me|us|my ~ MINE) (in|on)
(be|get|have) ~ (MESSAGE)? ~ (switched|turned|shut|cut) off (for me|LAST|please)
(dont|do not|didnt) want (these|this|them|those|any of these|MESSAGE) (on|to|at|in) (my|this|the|our)
never SEND ~ (me|us) ~ (another|anything|any|these|this|more|one)
(dont|do not|never) use it ~ (again|anymore|END)
(end|stop|cease) (here|right here|there) LAST
(spam|scam|annoying|harassment|ridiculous|unwanted) [,]? STOPPER (it|this|them|LAST)
block (my|this|our) MINE (LAST|on|from|at|in)
(ticked|checked|chose|selected|picked|said|opted) (the|for)? ~ no (MESSAGE|marketing|contact|texts)
(take|get|remove) ~ (both|all)? ~ (my|our|these|both our|the|this) (number|numbers|mobile|mobiles|phones) (off|out
    |from)
(MESSAGE|yours|these|they|this|it) ANY{{0,3}} (are|is)? ~ (not|arent|isnt|never|no longer) ~ (welcome|wanted
    |appreciated|needed LAST)
(you|yall|people|guys|u) ~ (are|keep|kept|were)? ~ (spamming|harassing|pestering|hounding) ~ (me|us|my)
(spare|save) (me|us|yourself|your)? ~ MESSAGE (LAST|in|for|from)
keep your MESSAGE (to|LAST)
(thats|that was|this is|this was|make it|make this|made it) ~ (the)? ~ (last|final) (MESSAGE|one|LAST)
(told|asked|begged|warned) (you|u|yous|yall|ye) ANY{{0,4}} to (stop|quit|cease|unsubscribe|remove)
{DONT} ask (me|us) (to (rate|review|leave|write|give)|for (a|any|another)? ~ (review|rating|feedback|MESSAGE))
(ask|find|text|bother|go to|try) (somebody|someone|anybody) else (LAST|to (text|ask|bother|message|annoy)|from now)
(left|be|get) off ~ (LIST|these|MESSAGE)
(no|not) (write|text|message|send|contact) (me|us) (more|again|anymore|LAST)
preferences ANY{{0,3}} no MESSAGE
(get|receive|want|hear) nothing (more|else|further)? from (you|your)
pull the plug (on|LAST)
{DONT} do (it|this|that) (again|anymore) LAST
(mind|about|prefer|of|by|for|try) not (SENDING|CONTACTING) ~ (me|us|these|this|MESSAGE|any|LAST)
(dont|do not) want any of (this|these|it|that) (on|to|at|in|LAST)
leave me be
(get|have|getting|want) ~ MESSAGE ~ (stopped|ended|cancelled|canceled|blocked)
never SEND ~ (one|it|them|anything) (again|anymore)
(CONTACTING|MESSAGE) ~ me ANY{{0,3}} said (no|stop)
(good|kind|nice|grateful|thankful|helpful) ~ (as|enough|if)? ~ (you|to|not|would|could|please)? ~ (you)? ~ (not|not
    to|didnt|did not|dont) (to)? ~ (SEND|CONTACT|TROUBLE)
(take|get|remove) my (name|number|details) ANY{{0,3}} (off|out of) (whatever|wherever|this|your|the list)
"""
