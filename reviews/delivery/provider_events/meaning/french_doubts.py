"""French: what only seems to opt out, what may, and what takes half of an opt-out back."""

INNOCENT = """
(ne|n) ~ (vous|t|te)? ~ (arrêt*|cess*|stopp*) ~ (pas|jamais|de|plus|surtout|rien)     # "ne vous arrêtez pas"
(ai|a|avons|ont|avez|as) ~ (arrêté|cessé|annulé|supprimé|retiré|enlevé|effacé)
(je|on|nous|il|tu|ils|elles|elle) (ne|n) ~ (peux|peut|pouvais|pouvons|pourrai|manquerai|manquerons|regrette)
    ~ NEG ~ (arrêter|cesser|empêcher)?
(sans|l|un|d|cet|en|mon|prochain|premier|dernier|bus) (arrêt|arrêts|cesse)
(suis|étais|été) désabonn* (de la|du|de mon) UNKNOWN
arrêt (de bus|maladie|de travail|de tram|du bus|complet|cardiaque|métro|sur)
(répondez|répondre|envoyez|envoyer|tapez|répond|écrivez) (par)? (stop|arrêt) (pour|au|à|si)
stop (au|sms) DIGITS ANY
(n|ne) ~ (hésit*|oubli*)
(vous|tu|il|on|ils|elle) (ne|n) (m|me|nous|l|le|les|en|lui)? (avez|as|a|ont|aviez|avait|écrivez|envoyez
    |contactez|appelez|répondez|rappelez) ~ NEG (?! ~ (droit|autoris*))
(je|j) (ne|n) ~ ai ~ (pas|plus|jamais) (?!envie|envi|besoin|donné|demandé|autorisé|consenti|souscrit|accepté
    |sollicité|CONTACTÉ)
(je|j|on) (ne)? (veux|voudrais) ~ (pas)? ~ (vous)? (déranger|embêter|ennuyer|rater|manquer)
(ne|n) (me|m|nous) (appelez|appelle|téléphonez) (pas|plus) [,] ~ ANY{0,3} (envoy*|écri*|sms|par|préfère*)
(ne|n) (me|m|nous) (désinscri*|désabon*|retir*|enlev*|supprim*|ray*) (pas|surtout)
(désabonn*|désinscri*) ANY{0,3} (sans faire exprès|par erreur|par mégarde|sans le vouloir)
BEG stop [.,] (je me suis tromp*|erreur|attendez|c est)
(retir*|enlev*|supprim*|ray*|désinscri*) ~ (me|moi)? ~ (de|du) ~ liste d attente
REMOVE ~ mon (ancien|vieux) MIEN
MESSAGE (d|de) (excuse*|confirmation|félicitation*)
(n|ne) en envoyez plus [,] continuez
désinscri* (moi|nous)? ~ (newsletter|mails|mail|courriels) ANY{0,3} [,] ~ (sms|textos|messages)
(mis|envoyé|tapé|écrit|répondu) ~ stop ~ par (erreur|mégarde|accident)
(pas|jamais) voulu ~ (me)? ~ (désabonn*|désinscri*|arrêter)
"""

UNCLEAR = """
BEG (arrêt|arrêtez|arrêter|arrête|annulez|annuler|annule|désabonner|résilier|supprimer|cessez|stoppez) (?!de
    |d)ANY
STOP (de|d) (me|m|nous)
(peut être|je crois) FILLER{0,2} (STOPPER|arrêt) END
annul* ~ (mon|le|ma|mes|la|notre) ~ (rendez|rdv|commande|réservation|réservations|visite|séance|ANY)
(veux|voudrais|dois|souhaite|peux|puis|aimerais|faut) ~ (je)? ~ annuler
qui (êtes|est|es|c est) ANY{0,3} [.?,]{0,2} ANY{0,3} connais pas
je (ne)? (vous)? connais pas LAST
connais pas ~ (votre numéro|ce numéro|cette entreprise)
(comment|où|d où|qui) ~ (avez|as|a|vous)? ~ (vous|tu)? ~ (eu|obtenu|trouvé|donné) ~ (mon|ce) ~ numéro
pourquoi ~ (vous|tu|est ce que)? ~ (m|me) ~ ÉCRIRE
(trop|autant|moins|tant) (de|d) ~ MESSAGE
(ta gueule|fermez la LAST|ferme la LAST|fils de pute|connard*|connasse|enculé*|je t emmerde|va chier|allez au
    diable)
BEG (spam|arnaque|escroquerie) LAST
(est|c est) (ce)? ~ (une)? ~ (arnaque|spam|escroquerie)
(dois|faut) (je|il)? ~ (envoyer|répondre|écrire|mettre) ~ stop
(décédé|décédée)
(?<!SUJET)(ne|n) ~ (ENVOYEZ|ÉCRIVEZ) ~ pas
(pas|plus) ~ (un|une|votre|vos)? ~ (client|cliente) (chez|de|END|à)
(pas|plus) ~ (intéressé|intéressée|intéressés)
(vous vous trompez|vous faites erreur|c est une erreur) LAST
suspendre ~ MESSAGE
BEG (pas|plus) de MESSAGE
continuez ~ (à|de) ~ ÉCRIRE
"""

LIMIT = """
(avant (?!que (je|j))|après|jusqu|jusque|entre|sauf|hormis) ~ (de|à|au|le|la)? ~ (DIGITS|midi|minuit|lundi|mardi
    |mercredi|jeudi
    |vendredi|samedi|dimanche|demain|soir|matin|travail|que|ANY)
(la nuit|le dimanche|le soir|le weekend|le week end|le matin|au travail|le samedi|en soirée|les weekends|pendant
    |au milieu de la|à cette heure|à ces heures|si tôt|si tard|aussi tôt|aussi tard)
(quand|lorsque|tant que) (je|j|nous)
(aussi|si|tellement|trop) (souvent|tôt|tard|nombreux|fréquemment)
(pour l instant|pour le moment|aujourd hui|cette semaine|ce mois|temporairement|en ce moment|à moins que)
autant de
"""

HEDGE = """
(HEDGE|peut être)
(sais pas si|dois je|devrais je|faut il (envoyer|répondre|que je|écrire|mettre))
"""
