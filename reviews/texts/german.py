"""German texts to customers: with Sie, and with du.

The formal greeting takes the whole name ("Guten Tag Jürgen Müller"), since "Sie" with a first name alone sounds odd.
"""

from reviews.texts.kinds import StepTexts, Texts

_STOP = "Zum Abmelden mit STOP antworten."
_GREETING = "Guten Tag{% if name != '' %} {{ name }}{% endif %},"
_GREETING_INFORMAL = "Hallo{% if first_name != '' %} {{ first_name }}{% endif %},"

FORMAL = Texts(
    question="Wie zufrieden waren Sie mit uns?",
    question_named="Wie zufrieden waren Sie mit uns?",
    invitation=(
        "Ihre Meinung hilft uns, besser zu werden, und anderen bei der Entscheidung. "
        "Ob Lob oder Kritik: Beides ist willkommen."
    ),
    share_heading="Teilen Sie Ihre Erfahrung mit anderen",
    review_on="Bewerten Sie uns auf {site}",
    directly_heading="Schreiben Sie uns direkt",
    private="Das lesen nur wir; es wird nicht veröffentlicht.",
    already_answered="Sie haben schon geantwortet. Möchten Sie Ihre Antwort ändern?",
    rating="Bewertung",
    rating_question="Wie war es?",
    rating_hint="(1 schlecht, 5 sehr gut; die Angabe ist freiwillig)",
    rating_of_five="{rating} von 5",
    your_words="Ihre Nachricht",
    send="Nachricht senden",
    nothing_chosen="Bitte wählen Sie eine Zahl, oder schreiben Sie ein paar Worte.",
    too_long="Bitte kürzen Sie Ihre Nachricht auf höchstens {most} Zeichen.",
    thanks_heading="Vielen Dank",
    thanks="Ihre Nachricht ist bei uns angekommen.",
    change_answer="Antwort ändern",
    no_more_messages="Keine Nachrichten dieser Art mehr",
    stop_title="Abmelden",
    stopped_title="Abgemeldet",
    stop_heading="Keine Nachrichten mehr?",
    stopped_heading="Erledigt",
    stop_texts_question=(
        "Wenn Sie auf die Schaltfläche drücken, schicken wir Ihnen keine SMS dieser Art mehr. "
        "Bis dahin ändert sich nichts."
    ),
    stop_mail_question=(
        "Wenn Sie auf die Schaltfläche drücken, schicken wir Ihnen keine E-Mails dieser Art mehr. "
        "Bis dahin ändert sich nichts."
    ),
    stop_texts="SMS abbestellen",
    stop_mail="E-Mails abbestellen",
    texts_stopped="Sie sind abgemeldet. Wir schicken Ihnen keine SMS dieser Art mehr.",
    mail_stopped="Sie sind abgemeldet. Wir schicken Ihnen keine E-Mails dieser Art mehr.",
    choose_ways="Auswählen, wie wir Ihnen schreiben dürfen",
    ways_heading="Wie dürfen wir Ihnen schreiben?",
    ways_legend="So darf man mich fragen, wie es war:",
    by_text="per SMS",
    by_mail="per E-Mail",
    stopped_by_text=(
        "Sie haben sich per SMS abgemeldet. "
        "Wenn Sie wieder SMS erhalten möchten, antworten Sie auf eine davon mit START."
    ),
    switched_off="Abgeschaltet. Das lässt sich hier nicht ändern.",
    save="Speichern",
    saved="Gespeichert. Was Sie abgewählt haben, bleibt abgewählt.",
    moment_title="Einen Moment",
    moment="Einen Moment, bitte",
    too_much=(
        "Das war viel auf einmal. Bitte warten Sie eine Minute, und versuchen Sie es dann noch einmal. "
        "Was Sie vorher gesendet haben, ist nicht verloren."
    ),
    does_not_work="Das klappt gerade nicht. Bitte versuchen Sie es in einer Minute noch einmal.",
    ended_title="Nicht mehr verfügbar",
    link_ended="Dieser Link ist nicht mehr gültig",
    no_longer_asked="Hier ist keine Antwort mehr nötig. Danke, dass Sie vorbeigeschaut haben.",
    nowhere_title="Nicht gefunden",
    link_nowhere="Dieser Link führt ins Leere",
    check_link="Bitte prüfen Sie, ob der Link aus der Nachricht oder von der Karte vollständig ist.",
    language="Sprache",
    sandbox="Sandbox: Nachrichten werden hier nur aufgezeichnet, nicht verschickt.",
    tell_us="Sagen Sie uns, wie es war",
    no_more_mail="Keine E-Mails dieser Art mehr",
    your_message="{business}: Ihre Nachricht",
    no_more_texts="Keine SMS mehr: {link}",
    stop_confirmed="{business}: Sie sind abgemeldet und erhalten keine SMS mehr. Mit START melden Sie sich wieder an.",
    start_confirmed="{business}: Sie können wieder SMS erhalten. Mit STOP melden Sie sich ab.",
    help="{business}: Wir fragen per SMS nach Ihrer Meinung. Kontakt: {contact}. Mit STOP melden Sie sich ab.",
    help_of_many="Mit diesen SMS werden Sie um Ihre Meinung gebeten. Hilfe: {contact}. Mit STOP melden Sie sich ab.",
    first=StepTexts(
        email_subject="Wie zufrieden waren Sie mit uns?",
        email_text=(
            f"{_GREETING}\n\n"
            "vielen Dank für Ihr Vertrauen. Wie zufrieden waren Sie mit uns? "
            "Wenn Sie eine Minute Zeit haben, freuen wir uns über ein paar Worte:\n\n"
            "{{ link }}\n\n"
            "Ihre Rückmeldung hilft uns, besser zu werden, und anderen bei der Entscheidung.\n\n"
            "Vielen Dank und freundliche Grüße\n{{ sender_name }}"
        ),
        sms_text=f"{{{{ business_name }}}}: {_GREETING} wie zufrieden waren Sie mit uns? {{{{ link }}}} {_STOP}",
    ),
    reminder=StepTexts(
        email_subject="Kurze Erinnerung: Wie zufrieden waren Sie mit uns?",
        email_text=(
            f"{_GREETING}\n\n"
            "vor einigen Tagen haben wir Sie gefragt, wie zufrieden Sie mit uns waren. "
            "Falls Sie noch eine Minute Zeit finden, freuen wir uns über Ihre Antwort:\n\n"
            "{{ link }}\n\n"
            "Vielen Dank und freundliche Grüße\n{{ sender_name }}"
        ),
        sms_text=(
            "{{ business_name }}: Wir würden gern noch wissen, wie zufrieden Sie mit uns waren: "
            f"{{{{ link }}}} {_STOP}"
        ),
    ),
    last=StepTexts(
        email_subject="Nur noch dieses eine Mal: Wie zufrieden waren Sie mit uns?",
        email_text=(
            f"{_GREETING}\n\n"
            "heute fragen wir zum letzten Mal. Ob Lob oder Kritik, Ihre Meinung ist uns wichtig:\n\n"
            "{{ link }}\n\n"
            "Vielen Dank und freundliche Grüße\n{{ sender_name }}"
        ),
        sms_text=(
            "{{ business_name }}: Wir fragen zum letzten Mal, wie zufrieden Sie mit uns waren: "
            f"{{{{ link }}}} {_STOP}"
        ),
    ),
)

INFORMAL = Texts(
    question="Wie zufrieden warst du mit uns?",
    question_named="Wie zufrieden warst du mit uns, {first_name}?",
    invitation=(
        "Deine Meinung hilft uns, besser zu werden, und anderen bei der Entscheidung. "
        "Ob Lob oder Kritik: Beides ist willkommen."
    ),
    share_heading="Teile deine Erfahrung mit anderen",
    review_on="Bewerte uns auf {site}",
    directly_heading="Schreib uns direkt",
    private=FORMAL.private,
    already_answered="Du hast schon geantwortet. Möchtest du deine Antwort ändern?",
    rating=FORMAL.rating,
    rating_question=FORMAL.rating_question,
    rating_hint=FORMAL.rating_hint,
    rating_of_five=FORMAL.rating_of_five,
    your_words="Deine Nachricht",
    send=FORMAL.send,
    nothing_chosen="Bitte wähle eine Zahl, oder schreib ein paar Worte.",
    too_long="Bitte kürze deine Nachricht auf höchstens {most} Zeichen.",
    thanks_heading=FORMAL.thanks_heading,
    thanks="Deine Nachricht ist bei uns angekommen.",
    change_answer=FORMAL.change_answer,
    no_more_messages=FORMAL.no_more_messages,
    stop_title=FORMAL.stop_title,
    stopped_title=FORMAL.stopped_title,
    stop_heading=FORMAL.stop_heading,
    stopped_heading=FORMAL.stopped_heading,
    stop_texts_question=(
        "Wenn du auf die Schaltfläche drückst, schicken wir dir keine SMS dieser Art mehr. "
        "Bis dahin ändert sich nichts."
    ),
    stop_mail_question=(
        "Wenn du auf die Schaltfläche drückst, schicken wir dir keine E-Mails dieser Art mehr. "
        "Bis dahin ändert sich nichts."
    ),
    stop_texts=FORMAL.stop_texts,
    stop_mail=FORMAL.stop_mail,
    texts_stopped="Du bist abgemeldet. Wir schicken dir keine SMS dieser Art mehr.",
    mail_stopped="Du bist abgemeldet. Wir schicken dir keine E-Mails dieser Art mehr.",
    choose_ways="Auswählen, wie wir dir schreiben dürfen",
    ways_heading="Wie dürfen wir dir schreiben?",
    ways_legend=FORMAL.ways_legend,
    by_text=FORMAL.by_text,
    by_mail=FORMAL.by_mail,
    stopped_by_text=(
        "Du hast dich per SMS abgemeldet. Wenn du wieder SMS erhalten möchtest, antworte auf eine davon mit START."
    ),
    switched_off=FORMAL.switched_off,
    save=FORMAL.save,
    saved="Gespeichert. Was du abgewählt hast, bleibt abgewählt.",
    moment_title=FORMAL.moment_title,
    moment=FORMAL.moment,
    too_much=(
        "Das war viel auf einmal. Bitte warte eine Minute, und versuche es dann noch einmal. "
        "Was du vorher gesendet hast, ist nicht verloren."
    ),
    does_not_work="Das klappt gerade nicht. Bitte versuche es in einer Minute noch einmal.",
    ended_title=FORMAL.ended_title,
    link_ended=FORMAL.link_ended,
    no_longer_asked="Hier ist keine Antwort mehr nötig. Danke, dass du vorbeigeschaut hast.",
    nowhere_title=FORMAL.nowhere_title,
    link_nowhere=FORMAL.link_nowhere,
    check_link="Bitte prüfe, ob der Link aus der Nachricht oder von der Karte vollständig ist.",
    language=FORMAL.language,
    sandbox=FORMAL.sandbox,
    tell_us="Sag uns, wie es war",
    no_more_mail=FORMAL.no_more_mail,
    your_message="{business}: Deine Nachricht",
    no_more_texts=FORMAL.no_more_texts,
    stop_confirmed="{business}: Du bist abgemeldet und erhältst keine SMS mehr. Mit START meldest du dich wieder an.",
    start_confirmed="{business}: Du kannst wieder SMS erhalten. Mit STOP meldest du dich ab.",
    help="{business}: Wir fragen per SMS nach deiner Meinung. Kontakt: {contact}. Mit STOP meldest du dich ab.",
    help_of_many="Mit diesen SMS wirst du um deine Meinung gebeten. Hilfe: {contact}. Mit STOP meldest du dich ab.",
    first=StepTexts(
        email_subject="Wie zufrieden warst du mit uns{% if first_name != '' %}, {{ first_name }}{% endif %}?",
        email_text=(
            f"{_GREETING_INFORMAL}\n\n"
            "vielen Dank für dein Vertrauen. Wie zufrieden warst du mit uns? "
            "Wenn du eine Minute Zeit hast, freuen wir uns über ein paar Worte:\n\n"
            "{{ link }}\n\n"
            "Deine Rückmeldung hilft uns, besser zu werden, und anderen bei der Entscheidung.\n\n"
            "Vielen Dank und viele Grüße\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}}: {_GREETING_INFORMAL} wie zufrieden warst du mit uns? {{{{ link }}}} {_STOP}"
        ),
    ),
    reminder=StepTexts(
        email_subject="Kurze Erinnerung: Wie zufrieden warst du mit uns?",
        email_text=(
            f"{_GREETING_INFORMAL}\n\n"
            "vor einigen Tagen haben wir dich gefragt, wie zufrieden du mit uns warst. "
            "Falls du noch eine Minute Zeit findest, freuen wir uns über deine Antwort:\n\n"
            "{{ link }}\n\n"
            "Vielen Dank und viele Grüße\n{{ sender_name }}"
        ),
        sms_text=(
            "{{ business_name }}: Wir würden gern noch wissen, wie zufrieden du mit uns warst: "
            f"{{{{ link }}}} {_STOP}"
        ),
    ),
    last=StepTexts(
        email_subject="Nur noch dieses eine Mal: Wie zufrieden warst du mit uns?",
        email_text=(
            f"{_GREETING_INFORMAL}\n\n"
            "heute fragen wir zum letzten Mal. Ob Lob oder Kritik, deine Meinung ist uns wichtig:\n\n"
            "{{ link }}\n\n"
            "Vielen Dank und viele Grüße\n{{ sender_name }}"
        ),
        sms_text=(
            "{{ business_name }}: Wir fragen zum letzten Mal, wie zufrieden du mit uns warst: "
            f"{{{{ link }}}} {_STOP}"
        ),
    ),
)
