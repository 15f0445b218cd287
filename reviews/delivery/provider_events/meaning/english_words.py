"""English: the words of its rules, by what they are, and those worth recognising with a slip of the finger."""

WORDS = {
    # Alone, with or without fillers, these opt out (47 CFR 64.1200(a)(10) names the first line).
    "BARE": """stop quit end revoke optout cancel unsubscribe stopall remove stopp unsub cease desist enough nomore
        delete stpo sotp tsop stahp stawp""",
    # These do as a sentence of their own among others.
    "STOPPER": "stop discontinue stopall unsubscribe unsub optout nomore stpo sotp tsop stahp stawp",
    "FILLER": """jus jst juz please pls plz plse pleas thanks thank thx ty tks ok okay k kk hi hello hey yo dear sir
        sirs madam maam mam guys folks team friend just now right immediately asap instantly once already really
        seriously simply also too and so but then well um oh lol omg wtf ugh bruh bro smh omfg jeez geez sheesh sorry
        kindly yes yeah yep ya alright fucking fuckin fuckn fking effing bloody damn damned goddamn freaking frigging
        fricking hell fuck swear fuckyou dammit bitch bitches assholes asshole idiots idiot jerks morons dude man mate
        again tho though anymore lady finally all day morning evening afternoon""",
    "GLUE": """me my us our mine the a an any these those this that them it such your ur you u ya yall so all both
        of from with to at on in every single more further another other others else ever even longer additional
        constant constantly continuous continually unwanted unsolicited annoying stupid silly dumb endless automated
        automatic promotional marketing random daily weekly spammy ridiculous nasty crappy stinking lousy useless text
        phone cell mobile sms review feedback survey customer satisfaction via by immediately completely altogether
        entirely permanently forever kinda type types kind sort sorts damn pointless boring dang darn""",
    "STOP": "stop stopped stopping quit quitting cease discontinue halt end terminate kill stpo sotp tsop stahp",
    "CONTACTING": """texting txting txtin textin messaging msging msgin contacting writing calling phoning emailing
        mailing spamming bothering bugging harassing pestering annoying disturbing hounding badgering nagging bombarding
        hassling soliciting asking reminding notifying pinging stalking targeting begging sms smsing communicating
        ringing dming whatsapping tormenting irritating trolling advertising marketing troubling communication""",
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
        advertisements advertisement marketing spam solicitations solicitation communication communications
        correspondence newsletter newsletters contact contacts follow-ups followup followups requests request junk crap
        shit bullshit bs stuff garbage nonsense texting messaging calls updates spamming soliciting contacting
        questionnaires invitations mms whatsapps chats harassment rubbish""",
    "REMOVE": """discharge remove delete erase scrub purge wipe strike exclude unlist unenroll deregister unregister
        withdraw""",
    "REMOVED": "removed deleted erased taken scrubbed purged wiped struck excluded withdrawn crossed dropped off",
    "TAKE": "take taking get pull cut cross drop scratch strike kick knock cancel remove",
    "MINE": """number no digits num nmbr details data info information name contact phone email mobile cell account
        profile records record""",
    "LIST": """list lists database system records record file files contacts directory registry distribution rolodex
        roster crm books phonebook computer computers spreadsheet memory mailing listing group thread chat campaign sms
        texting""",
    "UNSUB": "unsub* unregister deregister unenroll unenrol",
    "MANY": """texts messages msgs txts texting spam surveys marketing solicitation solicitations soliciting contact
        sms reminders ads calls emails notifications promotions messaging""",
    "MATTER": """text texts texting message messages messaging msg msgs txt txts sms surveys survey reminders
        reminder notifications notification alerts emails contact communication communications calls solicitations
        promotions newsletter newsletters requests spam marketing contacting messaged texted contacted solicited""",
    "WANT": """want wanna wish need care like appreciate desire wanting needing wished wanted asked requested
        consent agree intend""",
    "HEDGE": "maybe perhaps possibly probably unsure",
    "NAY": "dont doesnt didnt not never nor cant cannot wont isnt aint without",
    "WILLING": """want wants wanted wanna wish wishes like likes need needs care appreciate authorize authorise
        consent agree agreed allow permit desire accept approve request ask asked give gave given interest""",
    "GOT": "got received get have had see saw find found were was are",
}

# Words worth recognising with a slip of the finger.
TYPOS = """unsubscribe messages message texting contacting remove cancel delete interested harassing receiving bothering
    please subscription permission consent messaging annoying alone anymore stopping"""
