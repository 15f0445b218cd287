"""French: the words that opt out, and the sentences they opt out in."""

WORDS = {
    "BARE": """arrêt arrêts arrêtez arrête arrêter stopper stoppez désabonner désabonnement désinscription désinscrire
        désinscrivez désabonnez annuler résilier fin assez terminé supprimer retirer désabo désinscris cessez""",
    "STOPPER": """arrêt arrêtez arrête arrêter stopper stoppez désabonner désabonnement désinscription désinscrire
        cessez""",
    "FILLER": """svp stp merci s'il plaît plait vous te bonjour salut bonsoir madame monsieur messieurs mesdames bjr
        maintenant immédiatement tout suite de d'urgence enfin donc et mais alors aussi ok oui bon voilà putain merde
        bordel foutus foutu cordialement bien cdt cdlt slt slts beaucoup avance par simplement juste bonne journée
        gentils gentil urgemment désolé désolée sincèrement""",
    "GLUE": """me m moi nous mon ma mes le la les l un une des du d de ce cet cette ces c votre vos ton tes ta leur leurs
        tous toutes tout toute à au aux sur par en y pour avec sans cesse plus encore toujours jamais vraiment
        absolument désormais dorénavant à nouveau constamment que qu'on s ici aucun aucune même fois autres autre
        quelconque intempestifs publicitaires indésirables stupides sms téléphone portable part ne n rien""",
    "SUBJ": "je j tu il elle on ils elles vous nous",
    "ME": "me m moi nous",
    "STOP": """arrêtez arrête arrêter arrêtes cessez cesse cesser stoppez stopper stoppe évitez éviter finissez finissons
        interrompez cessiez arrêtiez""",
    "ÉCRIRE": """ecri* envoy* envoi* contact* appel* harcel* emmerd* embet* derang* importun* spam* sollicit* relanc*
        ennuy* saoul* soul* gonfl* texto* demand* bombard* messag* insist* polluer pollu* casser faire""",
    "ÉCRIVEZ": """écrivez écris écrire écriviez contactez contacte contacter contactiez appelez appelle appeler appeliez
        harcelez harceler dérangez dérange déranger dérangiez importunez importuner sollicitez solliciter relancez
        relancer relance embêtez embêter embete ennuyez ennuyer spammez spammer saoulez soulez emmerdez emmerder
        textez texter textotez insistez insister demandez demander sollicitiez recontactez recontacter recontacte
        rappelez rappeler réécrivez""",
    "ENVOYEZ": "envoyez envoie envoyer envoies envoyiez adressez adresser transmettez renvoyez transmettre",
    "CONTACTÉ": """contacté contactée contactés contactées dérangé dérangée sollicité sollicitée relancé relancée
        harcelé harcelée importuné importunée démarché démarchée embêté embêtée""",
    "RECEVOIR": """recevoir reçois avoir entendre voir lire être reçoive recevrai""",
    "MESSAGE": """message messages msg msgs sms texto textos mail mails email emails courriels courriel pub pubs
        publicité* notification* sondage* enquête* rappels relances sollicitation* spam spams promos promotion* offres
        communications demandes contact appels merdes conneries bêtises newsletter* envois envoi démarchage*
        questionnaire* trucs rappel messagerie mms infos avis prospection whatsapp*""",
    "REMOVE": """retirez retire retirer enlevez enlève enlever supprimez supprime supprimer effacez efface effacer rayez
        raye rayer ôtez ôter sortez sors sortir virez vire virer éliminez éliminer radiez radier désinscri* désabon*
        dégagez exclure excluez désabo retiriez supprimiez oubliez""",
    "MIEN": """numéro numero num tel téléphone portable données coordonnées nom contact mail compte fiche informations
        adresse ligne mobile""",
    "LIST": """liste listes fichier fichiers base bases répertoire système contacts diffusion carnet registre mailing
        listing""",
    "VEUX": """veux veut voulons souhaite souhaitons désire désirons accepte acceptons souhaiterais voudrais aimerais
        veuille autorise consens voulais demandé demande préfère""",
    "HEDGE": "peutêtre éventuellement possiblement",
    "NE": "ne n",
}

INNOCENT = """
(je|j|on|nous|il|elle|ils|elles)? ~ (ne|n) ~ (vous|t|te)? ~ (arrêt*|cess*|stopp*) ~ (pas|jamais|de|plus)     # "ne vous arrêtez pas"
(n|ne) (arrêtez|arrête|arrêtons|arrêter|arrêtes) (pas|jamais|plus|surtout|rien)
(je|j|on|nous|il|elle|ils|ai|a|avons|ont) ~ (ne)? ~ (arrêté|cessé|annulé|supprimé|retiré|enlevé|effacé|arrête|arrêtais)
(je|on|nous|il|tu|ils|elles|elle) (ne|n) ~ (peux|peut|pouvais|pouvons|pourrai|manquerai|manquerons|regrette) ~ (pas|plus)
(sans|l|un|d|cet|en|mon|prochain|premier|dernier|bus) (arrêt|arrêts|cesse)
arrêt (de bus|maladie|de travail|de tram|du bus|complet|cardiaque|métro|sur)
(répondez|répondre|envoyez|envoyer|tapez|repondez|répond|écrivez) (par)? (stop|arrêt) (pour|au|à|si)
stop (au|sms) DIGITS ANY
(n|ne) ~ (hésit*|oubli*)
(vous|tu|il|on|ils|elle) (ne|n) ~ (avez|as|a|ont|aviez|êtes|avait|m ~ avez|écrivez|envoyez|contactez|appelez|répondez|rappelez) ~ (pas|jamais|plus|rien)
(je|j) (ne|n) ~ (ai|suis) ~ (pas|plus|jamais) (?!intéress*|client|CONTACTÉ|NAME|madame|monsieur|la|le|RECEVOIR|d accord|consenti|autorisé|donné|demandé|inscrit|inscrite|souscrit)
(je|j|on) (ne)? (veux|voudrais) ~ (pas)? ~ (vous)? (déranger|embêter|ennuyer|rater|manquer)
"""

WRONG_NUMBER = """
(mauvais|faux|mauvaise|fausse) ~ (numéro|numero|num|personne|destinataire|contact|correspondant|interlocuteur)
(trompez|trompé|trompée|trompe|trompes|trompés|erreur|gouré|planté|confondez|confondu) ~ (de|avec|sur|sur le)? ~ (numéro|numero|num|personne|destinataire|quelqu|autre)
(vous faites|vous avez fait|c est|c|y a) ~ (une)? erreur (END|de|sur)
vous (vous)? (êtes|vous)? ~ (trompez|trompé|trompée|trompés) (END|de|FILLER)
je (ne)? suis pas ~ (la|le|cette|celle|celui|ce|mme|mr|madame|monsieur|m)? ~ (NAME|personne|bonne personne|celle que|celui que)
(c est|ce n est|ce n|c n est|ce|n est|est) ~ (n est)? pas ~ (le|la)? ~ (numéro|numero|téléphone|portable|tel) ~ (de|d)
(ce|c|cela|ici) ~ (n est|est) pas ~ (NAME|madame|monsieur|mme)
(plus) ~ (numéro|numero|téléphone) ~ (de|à) ~ NAME
(numéro|numero|téléphone|portable|ligne) ~ (n)? (est|appartient) ~ (plus|pas|maintenant|désormais|à)? ~ (à|celui|attribué|de) ~ (NAME|un autre|quelqu|une autre|moi|autre|NAME|elle|lui|cette personne)
(il n y a|y a|il y a|n y a) ~ (pas|aucun|aucune|personne) ~ (de|du)? ~ (NAME|ce nom|nom|personne) 
(je|j)? ~ (ne)? connais ~ (pas|aucun|aucune|personne) ~ (de|d)? ~ (NAME|ce nom|personne)
(personne|aucun|aucune) ~ (ici)? ~ (ne)? ~ (s appelle|de ce nom|du nom|à ce nom|NAME)
(je|j)? ~ (ne)? ~ m appelle pas
je m appelle NAME [,]? (et)? (pas|non) NAME
NAME (n a|a) ~ (plus|changé) ~ (numéro|numero|de numéro)
(viens|vient|venons) d avoir ~ (numéro|numero|ligne)
(message|sms) ~ (pas|n est pas) ~ (pour moi|destiné)
(cherchez|cherches|voulez|vouliez|pensiez) ~ (joindre|contacter|parler|écrire)? ~ (à)? ~ (quelqu un d autre|une autre personne|quelqu d autre)
"""

STOP = """
BEG STOPPER (STOPPER|FILLER|[,]|ça|moi){0,8} ([,] NAME{1,3})? (?=[.?]|$)
(?<!SUBJ)(ne|n) ~ (ÉCRIVEZ) ~ (plus|pas|jamais|END|rien) 
(?<!SUBJ)(ne|n) ~ (ENVOYEZ) ~ (plus|jamais|pas ~ (MESSAGE|END)|rien|aucun|MESSAGE)
(ne|n) (plus|pas|jamais|point) ~ (ÉCRIVEZ|ENVOYEZ|RECEVOIR|ÉCRIRE|CONTACTÉ|RECEVOIR CONTACTÉ)
BEG (m|me|ÉCRIVEZ|ENVOYEZ|contactez) (ÉCRIVEZ|ENVOYEZ)? (moi|nous|m)? (plus|jamais|pas) (END|de MESSAGE|d MESSAGE|rien|jamais|sur|à|aucun)
(merci|veuillez|prière|demande|svp|souhaite|préfère|priez|prie) ~ (de|à ce)? ~ (ne)? (plus|pas) ~ (ÉCRIVEZ|ENVOYEZ|ÉCRIRE|RECEVOIR|m)
(STOP|arrêt|stop) ~ (de|d|avec|les|vos|tous|ces|à)? ~ (ÉCRIRE|MESSAGE|RECEVOIR)
(STOP) (ça|cela|moi ça|tout|maintenant|avec|immédiatement) (END|vos|ces|les|cela)
BEG (plus|assez|pas|aucun) (de|d)? ~ MESSAGE (END|svp|merci|de votre|de vous|par)
(veux|voulons|souhaite|désire|souhaitons|recevoir|veut) ~ (plus|pas) (de|d|aucun)? ~ MESSAGE
(veux|voulons|souhaite|désire|souhaitons|souhaiterais|voudrais|aimerais|veut|préfère|accepte) ~ (ne)? ~ (plus|pas) ~ (RECEVOIR|RECEVOIR CONTACTÉ|CONTACTÉ|être|MESSAGE|que vous|qu on|que l|entendre|avoir|en recevoir|END)
(je|j) (ne|n)? ~ (veux|souhaite|désire|voulons) plus (END|rien|de|d|ça|cela|vous)
(je|j) (ne|n)? ~ veux pas ~ (de ça|ça END|cela END|de MESSAGE|recevoir|être|que vous|de vos|d être)
(retire*|révoque*|annule*) ~ (mon|le) ~ (consentement|autorisation|accord)
(ne|n|pas|jamais|aucun) ~ (ai|avez|a|suis)? ~ (pas|jamais|aucun)? ~ (donné|autorisé|consenti|demandé|inscrit|inscrite|accepté|souscrit|abonné|abonnée) ~ (mon|à|de|d|END|ça|cela|pour|rien|ces|MESSAGE|accord|autorisation)
sans (mon|ma) (accord|autorisation|consentement|permission)
REMOVE (moi|nous) (END|de|d|des|du|svp|FILLER|immédiatement)
(me|m|nous) ~ (retirer|enlever|supprimer|effacer|rayer|désinscrire|désabonner|sortir|virer|ôter|désinscri*|désabon*)
REMOVE ~ (mon|mes|ce|le|ma|moi|mes|toutes) ~ MIEN
(mon|mes|ce|le) ~ MIEN ~ (soit|soient|à|doit)? ~ (supprimé*|effacé*|retiré*|supprimer|effacer|retirer|enlever|enlevé*|rayé*)
(hors|de|du|des) (votre|vos|ta|la|cette|le) ~ LIST ~ (de)? ~ (diffusion|END|svp|MESSAGE|contacts|FILLER)
(être|soit|soient) ~ (retiré*|supprimé*|désinscrit*|désabonné*|enlevé*|rayé*|effacé*|radié*)
(suppression|effacement) ~ (de)? ~ (mes|mon) ~ MIEN
(désinscri*|désabon*|désabo)
(résilier|résiliez|annuler|annulez) ~ (abonnement|inscription|MESSAGE|souscription)
(laissez|laisse|laisser) (moi|nous|m|nous|me)? ~ (tranquille*|en paix|vivre|seul|seule)
(fichez|foutez|lâchez|fous|fiche|lâche|foutre|fichez|laissez) (moi|nous|m)? ~ (la paix|les baskets|la grappe|le camp|tranquille*|END)
la paix END
(dégagez|dégage|cassez vous|casse toi|barrez vous|allez vous (faire|en)|allez voir|va te faire|foutez le camp|tirez vous)
(oubliez|oublie) (moi|mon numéro|nous|ce numéro)
(pas|plus|aucunement|nullement) ~ (du tout)? ~ intéress* (END|par ~ (MESSAGE|vos|votre|ce|ça|cela|ces|vous)|du tout|merci|FILLER)
(ne)? (m|nous) intéress* ~ (pas|plus|aucunement) (END|du tout|FILLER)
aucun intérêt END
(ça|cela) suffit
(c est|en voilà|j en ai|y en a|il y en a|en ai|nous en avons) ~ (assez|marre|ras le bol|plein le dos) ~ (END|de|d|avec)
BEG (assez|marre|stop|ras le bol|fini) (de|d|avec|END) ~ (MESSAGE|END|ÉCRIRE|ça|ces|recevoir|vous)
(porte|porter|porterai|déposer|dépose|déposerai) plainte
(signale|signaler|signalé|signalerai|signalement) ~ (comme|à|au|aux|en)? ~ (vous|spam|MESSAGE|numéro|autorités|police|33700|cnil|votre|END)
(cnil|rgpd|arcep|bloctel|gdpr|dgccrf)
(mon|un|à|avec) ~ (avocat|avocate) ~ (vous|va|sera|prendra|s en|contactera)
(contacte*|appelle*|saisi*|consulte*|prends|prendre|parler) ~ (mon|un|à|la) ~ (avocat|avocate|police)
(poursuites|poursuivre|tribunal|action en justice|actions en justice|mise en demeure|poursuivrai)
(harcèlement|harcelez|harceler)
c est ~ (du)? ~ (spam|harcèlement)
(bloque*|bloquer*|bloqué*) ~ (vous|ce|votre|le|numéro|END|maintenant)
(vous|numéro) (êtes|est|serez|sera) ~ bloqué*
(ne|n) ~ (pas|plus) ~ (me|m) ~ déranger
comment ~ (faire|je|on|puis|peut)? ~ (pour|me|je|ne|m)? ~ (ne plus|arrêter|stopper|désinscri*|désabon*|retirer|supprimer|arrête|bloquer|sortir)
(oppose|opposition|m oppose|refuse) ~ (à|au|de|d|que|l)? ~ (utilisation|traitement|recevoir|être|MESSAGE|démarchage|vous)
jamais ~ (demandé|sollicité|inscrit*|donné) 
stop (pub|sms|mail|spam|MESSAGE|contact|ça|tout|FILLER) END
"""

UNCLEAR = """
BEG (arrêt|arrêtez|arrêter|arrête|annulez|annuler|annule|désabonner|résilier|supprimer|cessez|stoppez) ANY
(annul*) ~ (mon|le|ma|mes|la|notre) ~ ANY
(veux|voudrais|dois|souhaite|peux|puis|aimerais|faut) ~ (je)? ~ annuler
(qui) (êtes|est|es|c est) ANY{0,3} [.?,]* ANY{0,3} connais pas
(ne)? ~ (vous)? ~ connais pas ~ (ce|votre|cette|numéro|END|vous)
(comment|où|d où|qui) ~ (avez|as|a|vous)? ~ (vous|tu)? ~ (eu|obtenu|trouvé|donné|avez) ~ (mon|ce) ~ numéro
pourquoi ~ (m|me|je|vous|tu|on|continuez|est)
(trop|autant|moins|tant) (de|d) ~ MESSAGE
(va te faire|allez vous faire|ta gueule|fermez la|ferme la|fils de|connard*|connasse|enculé*|je t emmerde|va chier|allez au diable|ferme|emmerdez)
BEG (spam|arnaque|escroquerie) END
(est|c est) (ce)? ~ (une)? ~ (arnaque|spam|escroquerie)
(dois|faut) (je|il)? ~ (envoyer|répondre|écrire|mettre) ~ stop
(décédé*|est mort|est morte)
(ne|n) ~ (ENVOYEZ|ÉCRIVEZ) ~ pas
(pas|plus) ~ (un|une|votre|vos)? ~ (client|cliente|patient|patiente) (chez|de|END|à)
(pas|plus) ~ intéress*
suspendre ~ MESSAGE
continuez ~ (à|de) ~ ÉCRIRE
"""

LIMIT = """
(avant|après|jusqu|jusque|entre|sauf|à moins|hormis) ~ (de|à|au|le|la)? ~ (DIGITS|midi|minuit|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|demain|soir|matin|travail|que|ANY)
(la nuit|le dimanche|le soir|le weekend|le week end|le matin|au travail|le samedi|en soirée|les weekends|pendant|au milieu de la|à cette heure|à ces heures|si tôt|si tard|aussi tôt|aussi tard)
(quand|lorsque|tant que) (je|j|nous)
(aussi|si|tellement|trop) (souvent|tôt|tard|nombreux|fréquemment)
(pour l instant|pour le moment|aujourd hui|cette semaine|ce mois|temporairement|en ce moment)
autant de
"""

HEDGE = """
(HEDGE|peut être|peut etre)
(je sais pas si|dois je|devrais je|faut il)
"""
