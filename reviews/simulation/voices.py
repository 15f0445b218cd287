"""Voices of invented customers: their names, what they write as feedback, and what they text back, by language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """Names, separated by spaces, and words in one language.

    `feedback`: for each number of stars, what somebody says who gives as many.
    """

    first_names: str
    last_names: str
    feedback: dict[int, tuple[str, ...]]
    replies: tuple[str, ...]
    stops: tuple[str, ...]


ENGLISH = Voice(
    first_names=(
        "Ava Owen Grace Liam Nora Caleb Maya Henry Priya Lucas Ella Marcus Sofia Daniel Ruth Isaac Chloe "
        "Victor Hannah Omar Leah Peter Alice Samuel Irene Dylan"
    ),
    last_names=(
        "Martin Brooks Patel Nguyen Harris Coleman Ortiz Sullivan Reed Foster Kim Bennett Alvarez Murphy "
        "Hayes Jordan Walsh Chen Porter Douglas Simmons Rossi Lawson Weber"
    ),
    feedback={
        5: (
            "Dr. Lee explained every step before she did it. First time I was not nervous at the dentist.",
            "In and out in forty minutes, and the crown feels like my own tooth.",
            "You fitted my son in on the same day when he broke a tooth. Thank you!",
            "The front desk sorted out my insurance without me having to call anybody.",
            "Gentle, friendly and on time. What more can you ask for?",
            "Painless root canal. I did not think those words could stand next to each other.",
        ),
        4: (
            "Very good treatment, but parking was hard to find.",
            "Happy with the cleaning. The waiting room was a bit cold.",
            "Everything went well. The online form asked twice for the same things.",
            "Friendly team; I waited about fifteen minutes.",
        ),
        3: (
            "The filling is fine. I would have liked to know the price beforehand.",
            "Good dentist, but it was hard to get somebody on the phone.",
            "All right. It felt a little rushed.",
        ),
        2: (
            "I waited fifty minutes past my appointment and nobody told me why.",
            "My bite feels wrong since the filling, and the next appointment is in three weeks.",
        ),
        1: (
            "I was charged for an X-ray that was never taken. Please call me.",
            "The temporary crown came off after one day, and nobody answered the phone on Friday.",
        ),
    },
    replies=(
        "Thank you, everything feels great!",
        "Can I move my next appointment to the afternoon?",
        "Thanks! See you in six months.",
        "Is it normal that it still hurts a little when I chew?",
        "Great team. Please tell Dr. Lee I said hi.",
        "Will do tonight, thanks for the reminder.",
    ),
    stops=("STOP", "Please stop texting me"),
)
GERMAN = Voice(
    first_names=(
        "Anna Jonas Lena Paul Mia Felix Clara Ben Emma Lukas Sophie Tim Marie Jan Laura Moritz Julia "
        "David Nina Erik Katrin Stefan Aylin Murat Heike Uwe"
    ),
    last_names=(
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Hoffmann Koch Bauer Richter Klein "
        "Wolf Neumann Schwarz Braun Zimmermann Krüger Yilmaz Hartmann Lange Vogel Keller"
    ),
    feedback={
        5: (
            "Frau Dr. Lehmann hat jeden Schritt vorher erklärt. Zum ersten Mal hatte ich keine Angst.",
            "Nach vierzig Minuten fertig, und die Krone fühlt sich an wie mein eigener Zahn.",
            "Mein Sohn kam mit abgebrochenem Zahn noch am selben Tag dran. Danke!",
            "Sehr freundlich am Empfang, pünktlich, und es hat nicht wehgetan.",
            "Eine Wurzelbehandlung ganz ohne Schmerzen. Das hätte ich nicht gedacht.",
        ),
        4: (
            "Sehr gute Behandlung, nur einen Parkplatz findet man schwer.",
            "Mit der Reinigung zufrieden. Im Wartezimmer war es etwas kalt.",
            "Nettes Team, eine Viertelstunde Wartezeit.",
        ),
        3: (
            "Die Füllung ist in Ordnung. Den Preis hätte ich gern vorher gewusst.",
            "Guter Zahnarzt, aber am Telefon erreicht man kaum jemanden.",
        ),
        2: ("Fünfzig Minuten gewartet, und niemand hat gesagt, warum.",),
        1: ("Das Provisorium hielt einen Tag, und am Freitag ging niemand ans Telefon.",),
    },
    replies=(
        "Danke, alles bestens!",
        "Kann ich den nächsten Termin auf den Nachmittag legen?",
        "Ist es normal, dass es beim Kauen noch etwas zieht?",
        "Mache ich heute Abend, danke für die Erinnerung.",
    ),
    stops=("STOP", "Bitte keine Nachrichten mehr"),
)
SPANISH = Voice(
    first_names=(
        "Lucía Hugo Sofía Martín Paula Daniel Carmen Pablo Elena Javier Marta Diego Laura Álvaro Nuria "
        "Sergio Irene Adrián Rosa Iván Pilar Rubén Teresa Óscar"
    ),
    last_names=(
        "García Martínez López Sánchez Pérez Gómez Fernández Ruiz Díaz Moreno Álvarez Romero Navarro "
        "Torres Ramos Gil Serrano Molina Castro Ortega Rubio Vega"
    ),
    feedback={
        5: (
            "La doctora me explicó cada paso antes de hacerlo. Por primera vez no pasé nervios.",
            "En cuarenta minutos estaba fuera y la corona parece mi propio diente.",
            "Atendieron a mi hijo el mismo día que se rompió un diente. ¡Gracias!",
            "Amables, puntuales y sin dolor. No se puede pedir más.",
        ),
        4: (
            "Muy buen trato, pero cuesta encontrar aparcamiento.",
            "Contenta con la limpieza. En la sala de espera hacía algo de frío.",
            "Todo bien; esperé un cuarto de hora.",
        ),
        3: (
            "El empaste está bien. Me habría gustado saber el precio antes.",
            "Buen dentista, pero es difícil que contesten.",
        ),
        2: ("Esperé cincuenta minutos y nadie me dijo por qué.",),
        1: ("La corona provisional se cayó al día siguiente y el viernes nadie contestaba.",),
    },
    replies=(
        "¡Gracias, todo perfecto!",
        "¿Puedo pasar mi próxima cita a la tarde?",
        "¿Es normal que todavía me moleste un poco al masticar?",
        "Lo hago esta noche, gracias por recordármelo.",
    ),
    stops=("STOP", "Por favor, no me escriban más"),
)
FRENCH = Voice(
    first_names=(
        "Léa Hugo Camille Louis Manon Jules Chloé Nathan Inès Lucas Sarah Antoine Julie Mathieu Claire "
        "Thomas Élodie Karim Sophie Nicolas Amandine Vincent Nadia Olivier"
    ),
    last_names=(
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre "
        "Michel Garcia David Bertrand Roux Fournier Girard Bonnet Lambert"
    ),
    feedback={
        5: (
            "La dentiste m’a expliqué chaque geste avant de le faire. Pour une fois, je n’avais pas peur.",
            "Quarante minutes en tout, et la couronne est comme ma propre dent.",
            "Mon fils s’est cassé une dent et vous l’avez reçu le jour même. Merci !",
            "Équipe douce, souriante et à l’heure. Que demander de plus ?",
        ),
        4: (
            "Très bons soins, mais il est difficile de se garer.",
            "Contente du détartrage. Il faisait un peu froid dans la salle d’attente.",
            "Tout s’est bien passé, avec un quart d’heure d’attente.",
        ),
        3: (
            "Le plombage est bien. J’aurais aimé connaître le prix avant.",
            "Bon dentiste, mais difficile à joindre par téléphone.",
        ),
        2: ("J’ai attendu cinquante minutes sans que personne ne me dise pourquoi.",),
        1: ("La couronne provisoire est tombée le lendemain, et personne ne répondait vendredi.",),
    },
    replies=(
        "Merci, tout va très bien !",
        "Est-ce que je peux déplacer mon prochain rendez-vous l’après-midi ?",
        "Est-ce normal que ça tire encore un peu quand je mâche ?",
        "Je le fais ce soir, merci pour le rappel.",
    ),
    stops=("STOP", "Merci de ne plus m’écrire"),
)
VOICES = {"en": ENGLISH, "de": GERMAN, "es": SPANISH, "fr": FRENCH}


def voice_of(language: str) -> Voice:
    """Return the voice that speaks the language; the English one where none does."""
    return VOICES.get(language.partition("-")[0], ENGLISH)
