"""Spanish texts to customers, as they read on both sides of the Atlantic: with usted, and with tú.

Text messages do without á, í, ó and ú, which their alphabet lacks.
"""

from reviews.texts.kinds import StepTexts, Texts

_GREETING = "Hola{% if first_name != '' %}, {{ first_name }}{% endif %}"
_STOP = "Responda STOP para darse de baja."
_STOP_INFORMAL = "Responde STOP para darte de baja."

FORMAL = Texts(
    question="¿Qué tal le fue con nosotros?",
    question_named="¿Qué tal le fue con nosotros, {first_name}?",
    invitation=(
        "Su opinión nos ayuda a mejorar y ayuda a otras personas a decidir. Buena o mala, siempre es bienvenida."
    ),
    share_heading="Comparta su experiencia con otras personas",
    review_on="Deje una reseña en {site}",
    directly_heading="Escríbanos directamente",
    private="Solo lo leemos nosotros y no se publica.",
    already_answered="Ya nos respondió. ¿Quiere cambiar su respuesta?",
    rating="Valoración",
    rating_question="¿Cómo fue su experiencia?",
    rating_hint="(1: mala, 5: excelente; es opcional)",
    rating_of_five="{rating} de 5",
    your_words="Su mensaje",
    send="Enviar mensaje",
    nothing_chosen="Elija un número o escriba unas palabras, por favor.",
    too_long="Acorte su mensaje a {most} caracteres como máximo, por favor.",
    thanks_heading="Muchas gracias",
    thanks="Hemos recibido su mensaje.",
    change_answer="Cambiar mi respuesta",
    no_more_messages="No recibir más mensajes como este",
    stop_title="Darse de baja",
    stopped_title="Baja confirmada",
    stop_heading="¿No quiere más mensajes?",
    stopped_heading="Listo",
    stop_texts_question=(
        "Si pulsa el botón, dejaremos de enviarle SMS como este. Mientras no lo haga, todo sigue igual."
    ),
    stop_mail_question=(
        "Si pulsa el botón, dejaremos de enviarle correos como este. Mientras no lo haga, todo sigue igual."
    ),
    stop_texts="No recibir más SMS",
    stop_mail="No recibir más correos",
    texts_stopped="Su baja está confirmada. No le enviaremos más SMS como este.",
    mail_stopped="Su baja está confirmada. No le enviaremos más correos como este.",
    choose_ways="Elegir cómo podemos escribirle",
    ways_heading="¿Cómo podemos escribirle?",
    ways_legend="Pueden preguntarme qué tal me fue:",
    by_text="por SMS",
    by_mail="por correo electrónico",
    stopped_by_text="Se dio de baja por SMS. Si quiere volver a recibirlos, responda START a uno de ellos.",
    switched_off="Desactivado. Aquí no se puede activar.",
    save="Guardar",
    saved="Guardado. Lo que desactivó sigue desactivado.",
    moment_title="Un momento",
    moment="Un momento, por favor",
    too_much=(
        "Fueron demasiados envíos seguidos. Espere un minuto y vuelva a intentarlo; lo que ya envió no se ha perdido."
    ),
    does_not_work="Esto no funciona en este momento. Vuelva a intentarlo en un minuto, por favor.",
    ended_title="Ya no está disponible",
    link_ended="Este enlace ya no es válido",
    no_longer_asked="Aquí ya no hace falta responder. Gracias por su visita.",
    nowhere_title="No encontrado",
    link_nowhere="Este enlace no lleva a ninguna parte",
    check_link="Compruebe que copió el enlace completo del mensaje o de la tarjeta, por favor.",
    language="Idioma",
    sandbox="Entorno de pruebas: los mensajes se registran aquí y no sale ninguno.",
    tell_us="Cuéntenos qué tal le fue",
    no_more_mail="No recibir más correos como este",
    your_message="{business}: su mensaje",
    no_more_texts="Dejar de recibir SMS: {link}",
    stop_confirmed="{business}: ya no le enviaremos SMS. Responda START para volver a recibirlos.",
    start_confirmed="{business}: puede volver a recibir SMS. Responda STOP para dejar de recibirlos.",
    help=(
        "{business}: le preguntamos por SMS qué tal le fue con nosotros. Contacto: {contact}. "
        "Responda STOP para dejar de recibirlos."
    ),
    help_of_many=(
        "Con estos SMS queremos saber qué tal le fue. Ayuda: {contact}. Responda STOP para dejar de recibirlos."
    ),
    first=StepTexts(
        email_subject="¿Qué tal le fue con nosotros{% if first_name != '' %}, {{ first_name }}{% endif %}?",
        email_text=(
            f"{_GREETING}:\n\n"
            "Gracias por su confianza. ¿Tiene un minuto para contarnos qué tal le fue con nosotros?\n\n"
            "{{ link }}\n\n"
            "Su opinión nos ayuda a mejorar y ayuda a otras personas a decidir.\n\n"
            "Muchas gracias y un saludo,\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}}: {_GREETING}. ¿Qué tal le fue con nosotros? Cuéntenos: {{{{ link }}}} {_STOP}"
        ),
    ),
    reminder=StepTexts(
        email_subject="Un breve recordatorio: ¿qué tal le fue con nosotros?",
        email_text=(
            f"{_GREETING}:\n\n"
            "Hace unos días le preguntamos qué tal le fue con nosotros. "
            "Si tiene un minuto, nos gustaría mucho saberlo:\n\n"
            "{{ link }}\n\n"
            "Muchas gracias y un saludo,\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}}: {_GREETING}. "
            f"Nos importa saber qué tal le fue con nosotros: {{{{ link }}}} {_STOP}"
        ),
    ),
    last=StepTexts(
        email_subject="Por última vez: ¿qué tal le fue con nosotros?",
        email_text=(
            f"{_GREETING}:\n\n"
            "Esta es la última vez que le preguntamos. Buena o mala, su opinión nos importa mucho:\n\n"
            "{{ link }}\n\n"
            "Muchas gracias y un saludo,\n{{ sender_name }}"
        ),
        sms_text=(
            "{{ business_name }}: tras este SMS no volveremos a preguntarle. "
            f"¿Qué tal le fue? {{{{ link }}}} {_STOP}"
        ),
    ),
)

INFORMAL = Texts(
    question="¿Qué tal te fue con nosotros?",
    question_named="¿Qué tal te fue con nosotros, {first_name}?",
    invitation=(
        "Tu opinión nos ayuda a mejorar y ayuda a otras personas a decidir. Buena o mala, siempre es bienvenida."
    ),
    share_heading="Comparte tu experiencia con otras personas",
    review_on="Deja una reseña en {site}",
    directly_heading="Escríbenos directamente",
    private=FORMAL.private,
    already_answered="Ya nos respondiste. ¿Quieres cambiar tu respuesta?",
    rating=FORMAL.rating,
    rating_question="¿Cómo fue tu experiencia?",
    rating_hint=FORMAL.rating_hint,
    rating_of_five=FORMAL.rating_of_five,
    your_words="Tu mensaje",
    send=FORMAL.send,
    nothing_chosen="Elige un número o escribe unas palabras, por favor.",
    too_long="Acorta tu mensaje a {most} caracteres como máximo, por favor.",
    thanks_heading=FORMAL.thanks_heading,
    thanks="Hemos recibido tu mensaje.",
    change_answer=FORMAL.change_answer,
    no_more_messages=FORMAL.no_more_messages,
    stop_title="Darte de baja",
    stopped_title=FORMAL.stopped_title,
    stop_heading="¿No quieres más mensajes?",
    stopped_heading=FORMAL.stopped_heading,
    stop_texts_question=(
        "Si pulsas el botón, dejaremos de enviarte SMS como este. Mientras no lo hagas, todo sigue igual."
    ),
    stop_mail_question=(
        "Si pulsas el botón, dejaremos de enviarte correos como este. Mientras no lo hagas, todo sigue igual."
    ),
    stop_texts=FORMAL.stop_texts,
    stop_mail=FORMAL.stop_mail,
    texts_stopped="Tu baja está confirmada. No te enviaremos más SMS como este.",
    mail_stopped="Tu baja está confirmada. No te enviaremos más correos como este.",
    choose_ways="Elegir cómo podemos escribirte",
    ways_heading="¿Cómo podemos escribirte?",
    ways_legend=FORMAL.ways_legend,
    by_text=FORMAL.by_text,
    by_mail=FORMAL.by_mail,
    stopped_by_text="Te diste de baja por SMS. Si quieres volver a recibirlos, responde START a uno de ellos.",
    switched_off=FORMAL.switched_off,
    save=FORMAL.save,
    saved="Guardado. Lo que desactivaste sigue desactivado.",
    moment_title=FORMAL.moment_title,
    moment=FORMAL.moment,
    too_much=(
        "Fueron demasiados envíos seguidos. Espera un minuto y vuelve a intentarlo; "
        "lo que ya enviaste no se ha perdido."
    ),
    does_not_work="Esto no funciona en este momento. Vuelve a intentarlo en un minuto, por favor.",
    ended_title=FORMAL.ended_title,
    link_ended=FORMAL.link_ended,
    no_longer_asked="Aquí ya no hace falta responder. Gracias por tu visita.",
    nowhere_title=FORMAL.nowhere_title,
    link_nowhere=FORMAL.link_nowhere,
    check_link="Comprueba que copiaste el enlace completo del mensaje o de la tarjeta, por favor.",
    language=FORMAL.language,
    sandbox=FORMAL.sandbox,
    tell_us="Cuéntanos qué tal te fue",
    no_more_mail=FORMAL.no_more_mail,
    your_message="{business}: tu mensaje",
    no_more_texts=FORMAL.no_more_texts,
    stop_confirmed="{business}: ya no te enviaremos SMS. Responde START para volver a recibirlos.",
    start_confirmed="{business}: puedes volver a recibir SMS. Responde STOP para dejar de recibirlos.",
    help=(
        "{business}: te preguntamos por SMS qué tal te fue con nosotros. Contacto: {contact}. "
        "Responde STOP para dejar de recibirlos."
    ),
    help_of_many=(
        "Con estos SMS queremos saber qué tal te fue. Ayuda: {contact}. Responde STOP para dejar de recibirlos."
    ),
    first=StepTexts(
        email_subject="¿Qué tal te fue con nosotros{% if first_name != '' %}, {{ first_name }}{% endif %}?",
        email_text=(
            f"{_GREETING}:\n\n"
            "Gracias por tu confianza. ¿Tienes un minuto para contarnos qué tal te fue con nosotros?\n\n"
            "{{ link }}\n\n"
            "Tu opinión nos ayuda a mejorar y ayuda a otras personas a decidir.\n\n"
            "¡Muchas gracias y un saludo!\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}}: {_GREETING}. ¿Qué tal te fue con nosotros? "
            f"Cuéntanos: {{{{ link }}}} {_STOP_INFORMAL}"
        ),
    ),
    reminder=StepTexts(
        email_subject="Un breve recordatorio: ¿qué tal te fue con nosotros?",
        email_text=(
            f"{_GREETING}:\n\n"
            "Hace unos días te preguntamos qué tal te fue con nosotros. "
            "Si tienes un minuto, nos gustaría mucho saberlo:\n\n"
            "{{ link }}\n\n"
            "¡Muchas gracias y un saludo!\n{{ sender_name }}"
        ),
        sms_text=(
            f"{{{{ business_name }}}}: {_GREETING}. "
            f"Nos importa saber qué tal te fue con nosotros: {{{{ link }}}} {_STOP_INFORMAL}"
        ),
    ),
    last=StepTexts(
        email_subject="Por última vez: ¿qué tal te fue con nosotros?",
        email_text=(
            f"{_GREETING}:\n\n"
            "Esta es la última vez que te preguntamos. Buena o mala, tu opinión nos importa mucho:\n\n"
            "{{ link }}\n\n"
            "¡Muchas gracias y un saludo!\n{{ sender_name }}"
        ),
        sms_text=(
            "{{ business_name }}: tras este SMS no volveremos a preguntarte. "
            f"¿Qué tal te fue? {{{{ link }}}} {_STOP_INFORMAL}"
        ),
    ),
)
