"""French texts to customers: with vous, and with tu.

Mails and pages have the narrow blank before ; ! ? and the typographic apostrophe. Text messages have neither, nor ç,
ê, ô and their like: their alphabet lacks them.
"""

from reviews.texts.kinds import StepTexts, Texts

_GREETING = "{% if first_name != '' %} {{ first_name }}{% endif %},"
_STOP = "Répondez STOP pour vous désinscrire."
_STOP_INFORMAL = "Réponds STOP pour te désinscrire."

FORMAL = Texts(
    question="Qu’avez-vous pensé de nos services ?",
    question_named="Qu’avez-vous pensé de nos services, {first_name} ?",
    invitation=(
        "Votre avis nous aide à progresser et aide d’autres personnes à choisir. "
        "Compliment ou critique, il est toujours le bienvenu."
    ),
    share_heading="Partagez votre expérience",
    review_on="Donner mon avis sur {site}",
    directly_heading="Écrivez-nous directement",
    private="Nous sommes les seuls à vous lire ; rien n’est publié.",
    already_answered="Vous avez déjà répondu. Souhaitez-vous modifier votre réponse ?",
    rating="Note",
    rating_question="Comment cela s’est-il passé ?",
    rating_hint="(1 = mal, 5 = très bien ; facultatif)",
    rating_of_five="{rating} sur 5",
    your_words="Votre message",
    send="Envoyer le message",
    nothing_chosen="Choisissez une note ou écrivez quelques mots, s’il vous plaît.",
    too_long="Merci de limiter votre message à {most} caractères.",
    thanks_heading="Merci beaucoup",
    thanks="Nous avons bien reçu votre message.",
    change_answer="Modifier ma réponse",
    no_more_messages="Ne plus recevoir ces messages",
    stop_title="Se désinscrire",
    stopped_title="Désinscription confirmée",
    stop_heading="Ne plus recevoir nos messages ?",
    stopped_heading="C’est fait",
    stop_texts_question=(
        "Si vous appuyez sur le bouton, nous ne vous enverrons plus de SMS de ce type. D’ici là, rien ne change."
    ),
    stop_mail_question=(
        "Si vous appuyez sur le bouton, nous ne vous enverrons plus d’e-mails de ce type. D’ici là, rien ne change."
    ),
    stop_texts="Ne plus recevoir de SMS",
    stop_mail="Ne plus recevoir d’e-mails",
    texts_stopped="Votre désinscription est confirmée. Nous ne vous enverrons plus de SMS de ce type.",
    mail_stopped="Votre désinscription est confirmée. Nous ne vous enverrons plus d’e-mails de ce type.",
    choose_ways="Choisir comment nous pouvons vous écrire",
    ways_heading="Comment pouvons-nous vous écrire ?",
    ways_legend="On peut me demander mon avis :",
    by_text="par SMS",
    by_mail="par e-mail",
    stopped_by_text=(
        "Vous avez demandé par SMS à ne plus en recevoir. Pour en recevoir à nouveau, répondez START à l’un d’eux."
    ),
    switched_off="Désactivé. Ce choix ne peut pas être modifié ici.",
    save="Enregistrer",
    saved="C’est enregistré. Ce que vous avez désactivé le restera.",
    moment_title="Un instant",
    moment="Un instant, s’il vous plaît",
    too_much=(
        "Cela fait beaucoup d’envois à la fois. Patientez une minute, puis réessayez ; "
        "ce que vous avez déjà envoyé n’est pas perdu."
    ),
    does_not_work="Cela ne fonctionne pas pour le moment. Merci de réessayer dans une minute.",
    ended_title="Plus disponible",
    link_ended="Ce lien n’est plus valable",
    no_longer_asked="Votre réponse n’est plus nécessaire. Merci de votre visite.",
    nowhere_title="Introuvable",
    link_nowhere="Ce lien ne mène nulle part",
    check_link="Vérifiez que le lien du message ou de la carte a été copié en entier.",
    language="Langue",
    sandbox="Bac à sable : les messages sont enregistrés ici, aucun ne part.",
    tell_us="Donnez-nous votre avis",
    no_more_mail="Ne plus recevoir ces e-mails",
    your_message="{business} : votre message",
    no_more_texts="Ne plus recevoir de SMS : {link}",
    stop_confirmed="{business} : vous ne recevrez plus de SMS. Répondez START pour en recevoir à nouveau.",
    start_confirmed="{business} : vous pouvez à nouveau recevoir des SMS. Répondez STOP pour ne plus en recevoir.",
    help=(
        "{business} : nous demandons votre avis par SMS. Contact : {contact}. Répondez STOP pour ne plus en recevoir."
    ),
    help_of_many="Ces SMS vous demandent votre avis. Aide : {contact}. Répondez STOP pour ne plus en recevoir.",
    first=StepTexts(
        email_subject=("Qu’avez-vous pensé de nos services{% if first_name != '' %}, {{ first_name }}{% endif %} ?"),
        email_text=(
            f"Bonjour{_GREETING}\n\n"
            "Merci de votre confiance. Auriez-vous une minute pour nous dire ce que vous avez pensé "
            "de nos services ?\n\n"
            "{{ link }}\n\n"
            "Votre avis nous aide à progresser et aide d’autres personnes à choisir.\n\n"
            "Avec tous nos remerciements,\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}} : bonjour{_GREETING} qu'avez-vous pensé de nos services ? {{{{ link }}}} {_STOP}"
        ),
    ),
    reminder=StepTexts(
        email_subject="Petit rappel : qu’avez-vous pensé de nos services ?",
        email_text=(
            f"Bonjour{_GREETING}\n\n"
            "Il y a quelques jours, nous vous avons demandé ce que vous aviez pensé de nos services. "
            "Si vous avez une minute, nous aurions plaisir à vous lire :\n\n"
            "{{ link }}\n\n"
            "Avec tous nos remerciements,\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}} : bonjour{_GREETING} votre avis nous intéresse toujours : {{{{ link }}}} {_STOP}"
        ),
    ),
    last=StepTexts(
        email_subject="Dernier rappel : qu’avez-vous pensé de nos services ?",
        email_text=(
            f"Bonjour{_GREETING}\n\n"
            "C’est la dernière fois que nous vous sollicitons. "
            "Compliment ou critique, votre avis compte beaucoup pour nous :\n\n"
            "{{ link }}\n\n"
            "Avec tous nos remerciements,\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}} : c'est notre dernier rappel. Votre avis nous intéresse : {{{{ link }}}} {_STOP}"
        ),
    ),
)

INFORMAL = Texts(
    question="Qu’as-tu pensé de nos services ?",
    question_named="Qu’as-tu pensé de nos services, {first_name} ?",
    invitation=(
        "Ton avis nous aide à progresser et aide d’autres personnes à choisir. "
        "Compliment ou critique, il est toujours le bienvenu."
    ),
    share_heading="Partage ton expérience",
    review_on=FORMAL.review_on,
    directly_heading="Écris-nous directement",
    private="Nous sommes les seuls à te lire ; rien n’est publié.",
    already_answered="Tu as déjà répondu. Veux-tu modifier ta réponse ?",
    rating=FORMAL.rating,
    rating_question="Comment ça s’est passé ?",
    rating_hint=FORMAL.rating_hint,
    rating_of_five=FORMAL.rating_of_five,
    your_words="Ton message",
    send=FORMAL.send,
    nothing_chosen="Choisis une note ou écris quelques mots, s’il te plaît.",
    too_long="Merci de limiter ton message à {most} caractères.",
    thanks_heading=FORMAL.thanks_heading,
    thanks="Nous avons bien reçu ton message.",
    change_answer=FORMAL.change_answer,
    no_more_messages=FORMAL.no_more_messages,
    stop_title=FORMAL.stop_title,
    stopped_title=FORMAL.stopped_title,
    stop_heading=FORMAL.stop_heading,
    stopped_heading=FORMAL.stopped_heading,
    stop_texts_question=(
        "Si tu appuies sur le bouton, nous ne t’enverrons plus de SMS de ce type. D’ici là, rien ne change."
    ),
    stop_mail_question=(
        "Si tu appuies sur le bouton, nous ne t’enverrons plus d’e-mails de ce type. D’ici là, rien ne change."
    ),
    stop_texts=FORMAL.stop_texts,
    stop_mail=FORMAL.stop_mail,
    texts_stopped="Ta désinscription est confirmée. Nous ne t’enverrons plus de SMS de ce type.",
    mail_stopped="Ta désinscription est confirmée. Nous ne t’enverrons plus d’e-mails de ce type.",
    choose_ways="Choisir comment nous pouvons t’écrire",
    ways_heading="Comment pouvons-nous t’écrire ?",
    ways_legend=FORMAL.ways_legend,
    by_text=FORMAL.by_text,
    by_mail=FORMAL.by_mail,
    stopped_by_text=(
        "Tu as demandé par SMS à ne plus en recevoir. Pour en recevoir à nouveau, réponds START à l’un d’eux."
    ),
    switched_off=FORMAL.switched_off,
    save=FORMAL.save,
    saved="C’est enregistré. Ce que tu as désactivé le restera.",
    moment_title=FORMAL.moment_title,
    moment="Un instant, s’il te plaît",
    too_much=(
        "Cela fait beaucoup d’envois à la fois. Patiente une minute, puis réessaie ; "
        "ce que tu as déjà envoyé n’est pas perdu."
    ),
    does_not_work=FORMAL.does_not_work,
    ended_title=FORMAL.ended_title,
    link_ended=FORMAL.link_ended,
    no_longer_asked="Ta réponse n’est plus nécessaire. Merci de ta visite.",
    nowhere_title=FORMAL.nowhere_title,
    link_nowhere=FORMAL.link_nowhere,
    check_link="Vérifie que le lien du message ou de la carte a été copié en entier.",
    language=FORMAL.language,
    sandbox=FORMAL.sandbox,
    tell_us="Donne-nous ton avis",
    no_more_mail=FORMAL.no_more_mail,
    your_message="{business} : ton message",
    no_more_texts=FORMAL.no_more_texts,
    stop_confirmed="{business} : tu ne recevras plus de SMS. Réponds START pour en recevoir à nouveau.",
    start_confirmed="{business} : tu peux à nouveau recevoir des SMS. Réponds STOP pour ne plus en recevoir.",
    help=("{business} : nous demandons ton avis par SMS. Contact : {contact}. Réponds STOP pour ne plus en recevoir."),
    help_of_many="Ces SMS te demandent ton avis. Aide : {contact}. Réponds STOP pour ne plus en recevoir.",
    first=StepTexts(
        email_subject="Qu’as-tu pensé de nos services{% if first_name != '' %}, {{ first_name }}{% endif %} ?",
        email_text=(
            f"Bonjour{_GREETING}\n\n"
            "Merci de ta confiance. Aurais-tu une minute pour nous dire ce que tu as pensé de nos services ?\n\n"
            "{{ link }}\n\n"
            "Ton avis nous aide à progresser et aide d’autres personnes à choisir.\n\n"
            "Merci beaucoup,\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}} : bonjour{_GREETING} "
            f"qu'as-tu pensé de nos services ? {{{{ link }}}} {_STOP_INFORMAL}"
        ),
    ),
    reminder=StepTexts(
        email_subject="Petit rappel : qu’as-tu pensé de nos services ?",
        email_text=(
            f"Bonjour{_GREETING}\n\n"
            "Il y a quelques jours, nous t’avons demandé ce que tu avais pensé de nos services. "
            "Si tu as une minute, nous aurions plaisir à te lire :\n\n"
            "{{ link }}\n\n"
            "Merci beaucoup,\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}} : bonjour{_GREETING} ton avis nous intéresse toujours : "
            f"{{{{ link }}}} {_STOP_INFORMAL}"
        ),
    ),
    last=StepTexts(
        email_subject="Dernier rappel : qu’as-tu pensé de nos services ?",
        email_text=(
            f"Bonjour{_GREETING}\n\n"
            "C’est la dernière fois que nous te posons la question. "
            "Compliment ou critique, ton avis compte beaucoup pour nous :\n\n"
            "{{ link }}\n\n"
            "Merci beaucoup,\n{{ sender_name }}"
        ),
        sms_text=(
            "{{ business_name }} : c'est notre dernier rappel. "
            f"Ton avis nous intéresse : {{{{ link }}}} {_STOP_INFORMAL}"
        ),
    ),
)
