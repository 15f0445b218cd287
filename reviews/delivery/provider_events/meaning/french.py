"""French: the words that opt out, and the sentences they opt out in."""

WORDS = {
    "BARE": """arrêt arrêts arrêtez arrête arrêter stopper stoppez désabonner désabonnement désinscription désinscrire
        désinscrivez désabonnez annuler résilier fin assez terminé supprimer retirer désabo désinscris cessez""",
    "STOPPER": """arrêtez arrête arrêter stopper stoppez désabonner désabonnement désinscription désinscrire cessez""",
    "FILLER": """svp stp merci s'il plaît plait vous te bonjour salut bonsoir madame monsieur messieurs mesdames bjr
        maintenant immédiatement tout suite de urgence enfin donc et mais alors aussi ok oui bon voilà putain merde
        bordel foutus foutu cordialement bien cdt cdlt slt beaucoup avance par simplement juste bonne journée
        gentils urgemment désolé désolée sincèrement""",
    "GLUE": """me m moi nous mon ma mes le la les l un une des du d de ce cet cette ces c votre vos ton tes ta leur
        leurs tous toutes tout toute à au aux sur par en y pour avec sans cesse plus encore toujours jamais vraiment
        absolument désormais dorénavant à nouveau constamment que s ici aucun aucune même fois autres autre
        quelconque intempestifs publicitaires indésirables stupides sms téléphone portable part n rien""",
    "SUJET": "je j tu il elle on ils elles vous nous ça cela qui personne",
    "STOP": """arrêtez arrête arrêter arrêtes cessez cesse cesser stoppez stopper stoppe évitez éviter cessiez arrêtiez
        arrêtent""",
    "ÉCRIRE": """ecri* envoy* envoi* contact* appel* harcel* emmerd* embet* dérangez déranger importun* spam* sollicit*
        relanc* ennuy* saoul* soul* gonfl* texto* bombard* messag* polluer casser""",
    # Forms of a command, and infinitives.
    "ÉCRIVEZ": """écrivez écris écrire écriviez contactez contacte contacter contactiez appelez appelle appeler appeliez
        harcelez harceler dérangez déranger dérangiez importunez importuner sollicitez solliciter relancez relancer
        relance embêtez embêter embete ennuyez ennuyer spammez spammer saoulez soulez emmerdez emmerder textez texter
        insistez insister sollicitiez recontactez recontacter recontacte rappelez rappeler réécrivez""",
    "ENVOYEZ": "envoyez envoie envoyer envoies envoyiez adressez adresser transmettez transmettre",
    "CONTACTÉ": """contacté contactée contactés contactées dérangé dérangée sollicité sollicitée relancé relancée
        harcelé harcelée importuné importunée démarché démarchée embêté embêtée appelé appelée spammé spammée""",
    "RECEVOIR": "recevoir reçois reçoive recevrai",
    "MESSAGE": """message messages msg msgs texto textos mail mails email emails courriels courriel pub pubs publicité*
        notification* sondage* enquête* rappels relances sollicitation* spam spams promos promotion* communications
        demandes contact appels newsletter* envois envoi démarchage* questionnaire* rappel
        messagerie mms prospection whatsapp* sms""",
    "REMOVE": """retirez retire retirer enlevez enlève enlever supprimez supprime supprimer effacez efface effacer rayez
        raye rayer ôtez ôter virez éliminez radiez désinscri* désabon* excluez désabo retiriez supprimiez effaciez
        enleviez dégagez""",
    "MIEN": """numéro num tel téléphone portable données coordonnées nom contact mail compte fiche informations adresse
        ligne mobile""",
    "LIST": """liste listes fichier fichiers base bases répertoire système contacts diffusion carnet registre mailing
        listing annuaire""",
    "VEUX": """veux veut voulons souhaite souhaitons désire désirons accepte acceptons souhaiterais voudrais aimerais
        préfère préférerais voudrions aimerions""",
    "NEG": "plus pas jamais aucun aucunement",
    "HEDGE": "éventuellement possiblement",
}

TYPOS = """arrêtez désabonner désinscrire contacter tranquille intéressé supprimez désinscription désabonnement messages
    dérangez envoyez"""

INNOCENT = """
(ne|n) ~ (vous|t|te)? ~ (arrêt*|cess*|stopp*) ~ (pas|jamais|de|plus|surtout|rien)     # "ne vous arrêtez pas"
(ai|a|avons|ont|avez|as) ~ (arrêté|cessé|annulé|supprimé|retiré|enlevé|effacé)
(je|on|nous|il|tu|ils|elles|elle) (ne|n) ~ (peux|peut|pouvais|pouvons|pourrai|manquerai|manquerons|regrette)
    ~ NEG ~ (arrêter|cesser|empêcher)?
(sans|l|un|d|cet|en|mon|prochain|premier|dernier|bus) (arrêt|arrêts|cesse)
arrêt (de bus|maladie|de travail|de tram|du bus|complet|cardiaque|métro|sur)
(répondez|répondre|envoyez|envoyer|tapez|répond|écrivez) (par)? (stop|arrêt) (pour|au|à|si)
stop (au|sms) DIGITS ANY
(n|ne) ~ (hésit*|oubli*)
(vous|tu|il|on|ils|elle) (ne|n) (m|me|nous|l|le|les|en|lui)? (avez|as|a|ont|aviez|avait|écrivez|envoyez
    |contactez|appelez|répondez|rappelez) ~ NEG
(je|j) (ne|n) ~ ai ~ (pas|plus|jamais) (?!donné|demandé|autorisé|consenti|souscrit|accepté|sollicité|CONTACTÉ)
(je|j|on) (ne)? (veux|voudrais) ~ (pas)? ~ (vous)? (déranger|embêter|ennuyer|rater|manquer)
"""

STOP = """
# A sentence that says stop, and no more.
BEG STOPPER (STOPPER|FILLER|[,]|ça|moi){0,8} ([,] NAME{1,3})? (?=[.?,]|$)
BEG arrêt FILLER{0,4} LAST
BEG stop (au)? DIGITS LAST
# The law, the police, a block.
(vais|allons|vous|je|devoir) ~ (porter|déposer|porte|dépose) plainte
signa* ~ MESSAGE ~ comme spam
(porterai plainte|déposerai plainte|plainte contre vous)
(signale|signaler|signalerai|signalement|signalé) ~ (comme spam|à la cnil|à la police|votre numéro|vous|ce
    numéro|33700|spam)
vous signale*
(cnil|rgpd|arcep|bloctel|gdpr|dgccrf)
mon (avocat|avocate) (vous contactera|va vous|sera|prendra|s en)
(contacte*|appelle*|saisi*|consulte*|prends|prendre|parler|parle|appeler) ~ (à)? (mon|un|à mon) (avocat|avocate)
(vous poursuivre|vous poursuivrai|poursuites|action en justice|actions en justice|mise en demeure)
harcèlement
(vous|arrêtez|stop) ~ (harcelez|harceler)
c est ~ (du)? spam
(bloque|bloquer|bloquerai|bloqué) (vous|ce numéro|votre numéro|le numéro|cet expéditeur|LAST)
(je)? vous (bloque|ai bloqué)
(vous|numéro) (êtes|est|serez|sera) ~ bloqué*
comment ~ (faire)? ~ (je|on|puis|peut)? ~ (pour)? ~ (me|ne|m)? ~
    (ne plus|arrêter|stopper|désinscri*|désabon*|désactiver|bloquer) ~ (MESSAGE|RECEVOIR|END|ça|cela)
# No consent.
(retire*|révoque*|annule*) ~ (mon|le) ~ (consentement|autorisation|accord)
(ai|avons) ~ (pas|jamais|aucun|rien) ~ (donné|autorisé|consenti|demandé|accepté|souscrit|sollicité|signé) ~
    (à ~ (RECEVOIR|être CONTACTÉ|ces|vos)|MESSAGE|accord|autorisation|consentement|numéro|pour ~ (RECEVOIR
    |ces|cela))
(ai|avons) (rien|jamais rien) demandé
(suis) ~ (pas|jamais) ~ (inscrit|inscrite|abonné|abonnée)
sans (mon|ma) (accord|autorisation|consentement|permission)
(interdis|défends) ~ (de)? ~ (me|m|nous) (ÉCRIVEZ|ENVOYEZ|contacter)
(souhaite|veux|voudrais|demande|aimerais|désire) ~ (à|d)? être ~ (retiré*|supprimé*|désinscrit*|désabonné*
    |enlevé*|rayé*|effacé*|radié*)
(n autorise|n accepte) ~ pas ~ (que ANY{0,3} ÉCRIRE|MESSAGE|RECEVOIR|d être CONTACTÉ)
(demande|droit) (de|d) (désinscription|désabonnement|opposition|suppression|effacement)
(oppose|opposition|m oppose|refuse|décline) ~ (à|au|de|d|que|l)? ~ (utilisation|traitement|RECEVOIR|être CONTACTÉ
    |MESSAGE|démarchage)
jamais (demandé|sollicité) ~ (à RECEVOIR|RECEVOIR|vos|ces|MESSAGE)
# Off the list.
REMOVE ANY{0,3} (mon|mes|ce) ~ MIEN
REMOVE (moi|nous) (de|du|des) (vos|votre|la|cette|ta) ~ LIST
REMOVE (de|du|des) (vos|votre) ~ LIST
(pouvez vous|pourriez vous|pouvez|pourriez|peux tu) ~ (me|m|nous) (retirer|enlever|supprimer|effacer|rayer)
REMOVE (moi|nous) (END|de|d|des|du)
(me|m) (retirer|enlever|supprimer|effacer|rayer|ôter) (END|de|des|du)
REMOVE ~ (mon|mes|ce|moi|toutes mes) ~ MIEN
(mon|mes|ce) ~ MIEN ~ (soit|soient|à)? ~ (supprimé*|effacé*|retiré*|supprimer|effacer|retirer|enlever|enlevé*
    |rayé*)
(retir*|enlev*|supprim*|effac*|sort*|ray*|virez|virer|ôtez|ôter) ~ (de|du|des) (votre|vos|ta|cette) ~ LIST
(suppression|effacement) ~ (de)? ~ (mes|mon) ~ MIEN
(désinscri*|désabon*|désabo)
(résilier|résiliez|annuler|annulez) ~ (abonnement|inscription|MESSAGE|souscription)
BEG FILLER{0,3} (oubliez|oublie) (moi|mon numéro|nous|ce numéro)
# Left alone, enough, no interest.
BEG (plus|assez|pas|aucun) (de|d)? ~ MESSAGE (END|par|de (votre|vous))
(merci|prière|veuillez) ~ (de)? ~ (m oublier|me laisser tranquille|cesser|arrêter|stopper)
(laissez|laisse) (moi|nous) ANY{0,3} (tranquille*|en paix)
(me|m|nous) laisser (tranquille*|en paix)
(laissez|laisse) ~ (moi|nous) ~ (tranquille*|en paix|seul LAST|seule LAST|vivre LAST)
(fichez|foutez|lâchez|fous|fiche|lâche|foutre|ficher) ~ (moi|nous|m|me) ~ (la paix|les baskets|la grappe
    |tranquille*)
(lâchez|lâche) (moi|nous) (LAST|avec (vos|votre|ces|tes))
laissez (moi|nous) la paix
BEG (dégagez|dégage|cassez vous|casse toi|barrez vous|foutez le camp|fous le camp|allez vous en|tirez vous) LAST
(va te faire|allez vous faire|aller vous faire) (foutre|voir|enculer)
(?<!es)(?<!êtes)(?<!est)(?<!sont)(?<!serez)(?<!était)(pas|plus|aucunement|nullement) (du tout|vraiment)?
    (intéressé|intéressée|intéressés) (END|par ~ (MESSAGE|vos|votre|ce|ça|cela|ces|vous)|du tout)
(ça|cela|ceci|MESSAGE) ~ (ne)? (m|nous) (intéresse|intéressent) (pas|plus|aucunement)
BEG aucun intérêt (END|du tout|par)
(ça|cela) suffit (maintenant)? END
(j en ai|y en a|il y en a|nous en avons|c est bon j en ai) ~ (assez|marre|ras le bol|plein le dos)
    (END|(de|d) ~ (MESSAGE|RECEVOIR|vous END|être CONTACTÉ))
BEG (assez|marre|ras le bol) (de|d|avec) ~ (MESSAGE|ça LAST|RECEVOIR|vous LAST)
BEG (assez|marre|ras le bol) LAST
# No messages are wanted.
(merci|veuillez|prière|demande|svp|souhaite|préfère|priez|prie) ~ (de|à ce)? ~ (ne)? (plus|pas) ~
    (ÉCRIVEZ|ENVOYEZ|RECEVOIR)
VEUX (plus|pas) (?!rater|manquer|perdre) ANY{0,5} (MESSAGE|CONTACTÉ)
(VEUX|recevoir) ~ (plus|pas) (de|d|aucun)? ~ MESSAGE
VEUX ~ (ne)? ~ (plus|pas) ~ (RECEVOIR|être CONTACTÉ|en RECEVOIR|entendre parler|ÉCRIVEZ|ENVOYEZ)
VEUX (plus|pas) ~ (avoir|entendre|recevoir)? ~ (nouvelles|parler) ~ (de|d) ~ vous
VEUX ~ (plus|pas) ~ (que|qu) ~ (vous|l|on) ANY{0,2} ÉCRIRE
(je|j) (ne|n)? (veux|souhaite|désire) plus (LAST|rien LAST|de ça|de vos)
(je|j) (ne|n)? ~ veux pas (de ça|ça|cela|de ~ MESSAGE) LAST
(pouvez vous|pourriez vous|pouvez|pourriez|peux tu|souhaite|voudrais|veux|faut) ~ (que vous)? ~ (arrêter
    |cesser|cessiez|arrêtiez|arrêtez) (LAST|de ~ (ÉCRIRE|RECEVOIR)|vos|ces|MESSAGE)
plus rien RECEVOIR
BEG (aucun|pas de) MESSAGE LAST
VEUX (ne|n)? (plus|pas) ANY{0,5} (MESSAGE|CONTACTÉ|RECEVOIR)
# Do not write.
(?<!SUJET)(ne|n) (me|m|nous) (FILLER)? ÉCRIVEZ ~ (plus|pas|jamais|END|rien)
(?<!SUJET)(ne|n) ÉCRIVEZ (plus|pas LAST|jamais)
(?<!SUJET)(ne|n) ~ ENVOYEZ ~ (plus|jamais|rien|aucun|MESSAGE|pas ~ MESSAGE)
(ne|n) (plus|jamais) ~ (ÉCRIVEZ|ENVOYEZ|RECEVOIR|être CONTACTÉ|avoir ~ MESSAGE)
(ne|n) pas ~ (RECEVOIR|être CONTACTÉ|(me|m|nous) (ÉCRIVEZ|ENVOYEZ ~ MESSAGE)|ÉCRIVEZ LAST)
BEG (m|me)? (ÉCRIVEZ|ENVOYEZ|recontactez) (moi|nous|m)? (plus|jamais|pas) (END|de ~ MESSAGE|rien|jamais|sur)
BEG (m|me) (ÉCRIVEZ|ENVOYEZ) (plus|pas)
(inutile|pas besoin|plus la peine|pas la peine) de (me|m|nous) (ÉCRIVEZ|ENVOYEZ)
ne plus (rien)? RECEVOIR
(ne|n) (plus|jamais) ANY{0,4} (MESSAGE|ÉCRIVEZ|CONTACTÉ) LAST
# Stop writing.
STOP ~ (ÉCRIRE|MESSAGE|RECEVOIR)
BEG (STOP|stop) (?!de (faire|te|vous)) ANY{0,4} (MESSAGE|ÉCRIRE)
stop (aux|les|vos|la|ces|avec|tous)? ~ (MESSAGE|ÉCRIRE)
STOP (ça|cela|tout|avec (vos|ces|les)) (END|MESSAGE)
(cesser|cessez|arrêt|arrêter|exige|demande) ~ (l|d|tout|toute|de)? ~ (arrêt|envoi|envois|communication
    |contact) ~ (de|des)? ~ (MESSAGE|END)
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
(avant|après|jusqu|jusque|entre|sauf|hormis) ~ (de|à|au|le|la)? ~ (DIGITS|midi|minuit|lundi|mardi|mercredi|jeudi
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
(sais pas si|dois je|devrais je|faut il)
"""
