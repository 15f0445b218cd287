"""English: what only seems to opt out, what may, and what takes half of an opt-out back."""

NEVER = "(dont|do not|donot|does not|didnt|did not|never|no longer|not|wont|will not|cant|cannot)"
DONT = "(dont|do not|donot|dnt|do n t|never)"
I_OR_OTHERS = "(i|we|they|he|she|you|u|nobody|noone)"

INNOCENT = f"""
not interested in (any other|another|other|going|a different|any one else|anyone else)
# The opposite: to stay on the list.
(?<!why)(dont|do not|never|not to|please not) ~ (take|remove|delete|drop|cut|kick|cross|unsubscribe) ~ (me|us|my MINE)
(unsubscribe|unsubscribed|optedout|opted out) ANY{{0,6}} (mistake|accident|accidentally|error)
(accidentally|mistakenly|never) ~ (unsubscribed|optedout|opted out)
# Somebody else than the customer is written to.
(?!ask|asking)(?<!last)(?<!final)(?<!the)(?<!another)(CONTACT|TROUBLE|CONTACTING|CONTACTED) (you|u|him|them|everyone
    |someone in
    |her (?!phone|number|mobile|cell|line))
(?<!my)(?<!our)contact (lens|lenses|info|information|form|person|page|less|number)
(i|we|id|i would) ~ {NEVER} ~ WANT ~ to ~ (CONTACT|SEND|TROUBLE) (?!messages|message|marketing|texts)
{NEVER} ~ (ever )? (stop|stopped|stopping|quit|end|cease)  # "don't stop", "never quit"
(reply|text|txt|send|type|respond|answer) ~ stop ~ (to|2) (end|opt|unsubscribe|cancel|stop|quit|optout)
(couldnt|could not|wouldnt|hasnt|havent|didnt|doesnt|isnt|without|hard to|impossible to|unable to|no need to)
    ~ (stop|stopped|stopping|quit)
(stop|stopped|stopping|stops) (by|in|over|off|for (?!now|good|me|us|both)|round|around|past|through|and (go|think
    |smell
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
(?<!can)(?<!could)(?<!would)(?<!that)(?<!rather)(?<!prefer)(?<!if){I_OR_OTHERS} (just|really|also|still|usually)?
    {NEVER} (even|really
    |usually|normally|ever|always)? (CONTACT|SEND|TROUBLE)  # "I don't text much"
    (?! ~ (again|anymore|further|ever))
{I_OR_OTHERS} FILLER{{0,2}} (got|get|received|receive|have|had|see|saw) no (more)? MESSAGE
{NEVER} ~ lose ~ MINE
{NEVER} ~ (want|wanted|like|wish) ANY{{0,3}} to (stop|end|quit)
(i|we) (must|may|might|probably|think i)? (have|had|dialed|called|gave|wrote|typed|put|entered|texted) ~ wrong
(had|has) to cancel
{NEVER} ~ (forget|hesitate|miss|mind|fail) ~ (to)?
{NEVER} ~ (WANT) ~ (to)? ~ (miss|lose|bother|trouble|disturb|annoy|be rude|interrupt|to (stop|unsubscribe|optout))
(wish|hope|want) ~ ANY{{0,3}} never (end|stop|stopped|ended)
# Calls are not wanted, texts are.
(dont|do not|no) (call|calls|phone|ring|calling) (me)? [,.]? (just|please|only)? (text|texts|message)
(text|message) (me)? ANY{{0,7}} [,.]? (dont|do not|no|not|instead of) (call|calls|phone|calling)
(stop|quit) (calling|phoning|emailing) (me)? ANY? [,.]? (just|please|and|only)? text
(i|we|he|she|they|doctor|pain|bleeding|leak|noise) (finally|just|also|have|has|had|ive|weve)? (stopped|quit
    |cancelled|canceled|ended|removed|deleted)
(why would|wouldnt|would never|would not|never gonna|no way ill) (i|we|you)? ~ (optout|unsubscribe|stop|quit)
BEG (unsubscribe|stop|optout) [?.] (never|no way|not a chance|no chance|as if)
(toddler|son|kid|kids|daughter|grandson|granddaughter|baby|dog|cat|nephew) ANY{{0,6}} (typed|sent|pressed|hit|texted
    |wrote) ~ stop
(stop|stopped|quit|quitting) (smoking|drinking|vaping|sugar|eating|grinding|running|working|biting)
(stop|quit) SENDING ~ (the|my|our)? ~ (bills|bill|invoices|invoice|statements|statement|letters|parcels|post) to
REMOVE ~ my (old|previous|other|former|second) MINE
BEG stop [.,] (i meant|wrong star|wrong button|i made)
(unsubscribed|optedout) from ~ (the|my)? (other|old|last|competitor)
unsubscribe (me|us)? from ~ (email|emails|mail|newsletter|newsletters) ANY{{0,4}} [,.]? ANY{{0,2}} (texts|sms
    |messages) ~ (are|is) (fine|ok|okay|good|great)
{NEVER} ~ mean ~ to ~ (unsubscribe|optout|stop|text stop|press|send)
(dont|do not|no) (ring|call|phone|calling|ringing) (me|us)? ANY{{0,6}} [,.] ~ (texting|text|texts|message|messages
    |sms) ANY{{0,3}} (better|best|fine|instead
    |ok|easier|works|LAST)
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
(before|b4) (?!(i|we|my|the|you) (lose|report|call|block|sue|complain|go|take|contact|get|file|husband|lawyer|police
    |make)|this)ANY
(until|till|til|between|unless|except) ANY
(after|past) (DIGITS|noon|midnight|dark|work|hours|lunch|dinner|bedtime|supper|school|five|six|seven|eight|nine|ten|my
    bedtime)
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
(i|we|it) might
(i guess|i think i should|thinking about|thinking of|wondering if|should i|what if|not sure (if|whether|i want))
(?<!times)do i (have|need) to (text|say|reply|type|send|write)
"""
