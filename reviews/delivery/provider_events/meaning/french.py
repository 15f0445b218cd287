"""French: the words that opt out, and the sentences they opt out in."""

from reviews.delivery.provider_events.meaning.french_doubts import HEDGE, INNOCENT, LIMIT, UNCLEAR

__all__ = ["HEDGE", "INNOCENT", "LIMIT", "STOP", "TYPOS", "UNCLEAR", "WORDS"]

WORDS = {
    "BARE": """arrêt arrêts arrêtez arrête arrêter stopper stoppez désabonner désabonnement désinscription
        désinscrire désinscrivez désabonnez annuler résilier fin assez terminé supprimer retirer désabo désinscris
        cessez""",
    "STOPPER": "arrêtez arrête arrêter stopper stoppez désabonner désabonnement désinscription désinscrire cessez",
    "FILLER": """svp stp merci s'il plaît plait vous te bonjour salut bonsoir madame monsieur messieurs mesdames bjr
        maintenant immédiatement tout suite de urgence enfin donc et mais alors aussi ok oui bon voilà putain merde
        bordel foutus foutu cordialement bien cdt cdlt slt beaucoup avance par simplement juste bonne journée gentils
        urgemment désolé désolée sincèrement""",
    "GLUE": """lui me m moi nous mon ma mes le la les l un une des du d de ce cet cette ces c votre vos ton tes ta
        leur leurs tous toutes tout toute à au aux sur par en y pour avec sans cesse plus encore toujours jamais
        vraiment absolument désormais dorénavant nouveau constamment que s ici aucun aucune même fois autres autre
        quelconque intempestifs publicitaires indésirables stupides sms téléphone portable part n rien""",
    "SUJET": "je j tu il elle on ils elles vous nous ça cela qui personne",
    "STOP": """arrêtez arrête arrêter arrêtes cessez cesse cesser stoppez stopper stoppe évitez éviter cessiez
        arrêtiez arrêtent""",
    "ÉCRIRE": """ecri* envoy* envoi* menvoy* mecri* contact* text* achal* tann* ennui* saoul* appel* harcel* emmerd*
        embet* dérangez déranger importun* spam* sollicit* relanc* ennuy* soul* gonfl* texto* bombard* messag* polluer
        casser""",
    # Forms of a command, and infinitives.
    "ÉCRIVEZ": """écrivez écris écrire écriviez contactez contacte contacter contactiez appelez appelle appeler
        appeliez harcelez harceler dérangez déranger dérangiez importunez importuner sollicitez solliciter relancez
        relancer relance embêtez embêter embete ennuyez ennuyer spammez spammer saoulez soulez emmerdez emmerder
    textez
        texter insistez insister sollicitiez recontactez recontacter recontacte mecrire mecrivez achalez rappelez
        rappeler réécrivez""",
    "ENVOYEZ": """menvoyez menvoyer menvoyé menvoye envoyez envoie envoyer envoies envoyiez adressez adresser
        transmettez transmettre""",
    "CONTACTÉ": """contacté contactée contactés contactées dérangé dérangée sollicité sollicitée relancé relancée
        harcelé harcelée importuné importunée démarché démarchée embêté embêtée recontacté recontactée contacter
        deranger appelé appelée spammé spammée""",
    "RECEVOIR": "recevrais recevait reçoivent recois recoive recevoir reçois reçoive recevrai",
    "MESSAGE": """message messages msg msgs texto textos mail mails email emails courriels courriel pub pubs
        publicité* notification* sondage* enquête* rappels relances sollicitation* spam spams promos promotion*
        communications demandes contact envois envoi truc trucs robot appels newsletter* démarchage* questionnaire*
        rappel messagerie mms prospection whatsapp* sms""",
    "REMOVE": """retirez retire retirer enlevez enlève enlever supprimez supprime supprimer effacez efface effacer
        rayez raye rayer ôtez ôter virez éliminez radiez désinscri* désabon* excluez désabo retiriez supprimiez
    effaciez
        enleviez dégagez sortez sors sortir biffer biffez radier tracez efacé efacer efacez supprimmez sortiez rayiez
        virer sorte""",
    "MIEN": """numéro num tel téléphone portable données coordonnées nom contact mail compte fiche informations
        adresse ligne mobile""",
    "LIST": """liste listes fichier fichiers base bases répertoire système contacts diffusion carnet registre
        mailing listing annuaire envois clients agenda""",
    "VEUX": """jve jvoudrais jaimerais jsouhaite voulai voulais désirais aimerai voudrai veu jveu jveux voulait veux
        veut voulons souhaite souhaitons désire désirons accepte acceptons souhaiterais voudrais aimerais préfère
        préférerais voudrions aimerions""",
    "NEG": "plus plu pu pus pas pa jamais aucun aucunement",
    "HEDGE": "éventuellement possiblement",
}

TYPOS = """arrêtez désabonner désinscrire contacter tranquille intéressé supprimez désinscription désabonnement
    messages
    dérangez envoyez"""

STOP = """
# A sentence that says stop, and no more.
BEG STOPPER (STOPPER|FILLER|[,]|ça|moi){0,8} ([,] NAME{1,3})? (?=[.?,]|$)
BEG arrêt FILLER{0,4} LAST
BEG FILLER{0,3} (on|faut|il faut) (arrête|arrêter|stoppe|stop) LAST
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
(résilier|résiliez|annuler|annulez) ~ (abonnement|inscription|MESSAGE|souscription) (?!à la salle|au|à votre salle|à
    vos|de la)
BEG FILLER{0,3} (oubliez|oublie) (moi|mon numéro|nous|ce numéro)
# A clause that refuses messages, in whatever order.
BEG (?=HERE (MESSAGE|RECEVOIR|ÉCRIRE|CONTACTÉ|ÉCRIVEZ|ENVOYEZ)) (?!HERE (rater|manquer|perdre|oubli*|reçu|arriv*|peux
    |peut|pourr*))
    (?!vous|tu|avez) HERE (VEUX|envie|envi|besoin|supporte|préfère*|demande*|désire|merci|prière|faut|possible
    |souhaite*|prie) HERE
    NEG (?!de temps)
BEG (?=HERE (MESSAGE|RECEVOIR|ÉCRIVEZ|ENVOYEZ)) (?!HERE (rater|manquer|perdre|oubli*|reçu|arriv*)) (?!vous|tu|avez)
    HERE
    (NEG|aucune|plus aucune) ~ (envie|envi|besoin|raison|intérêt)
(ça|cela|ces|vos|envoi|envois|que|MESSAGE) HERE (cesse|cessent|s arrête|s arrêtent|arrête|arrêtent) (LAST|[,]|sans
    |immédiatement|pour)
(mett*|met|mis) fin à ~ (MESSAGE|ces|vos|cela|ça|tout)
(fini|finis|terminé|finito|basta|stop|halte|fin) ~ (avec|des|aux|de)? ~ MESSAGE
(MESSAGE|téléphone|numéro|nom|portable|mobile|ligne) ~ (ne|n)? (doit|doivent|a|ont) ~ (plus|pas|jamais|RECEVOIR
    aucun) ~ (être|à|RECEVOIR|figurer
    |apparaître|arriver)
(doit|doivent|souhaite|veut) ~ (RECEVOIR|recevoir) ~ (aucun|plus aucun|plus)
(gardez|garde|épargnez|épargne|évitez|évite) ~ (moi|nous|vos|tes|vos petits)? ~ MESSAGE
plus (un|une) (seul|seule)? ~ (MESSAGE|texto)
(zéro|0|aucun|aucune|sans) ~ (MESSAGE|pub) (LAST|[,]|sur|svp|merci|à|de votre)
sans moi (désormais|LAST|pour|dorénavant)
(dit|redit|répondu|écrit|demandé|envoyé|tapé|mis|précisé|coché|indiqué|signalé) ~ ANY{0,3} (stop|ke je voul*|que je
    voul*|non|de ne
    plus|pas de MESSAGE|d arrêter)
(un|une|1|encore|prochain*) ~ (MESSAGE|texto|fois|seul) (de plus|encore|un) HERE (et|je|sinon)
(si|dès que) ~ (je|j) HERE (reçois|recevoir|reçoit) ~ (encore|un|une) HERE (MESSAGE|fois)
(sera|serez|seront) (averti*|prévenu*|saisi*|informé*)
REMOVE ~ (moi|nous|me|m)? ~ (mon ~ MIEN|moi|de|des|du|dans) ~ (de|des|du)? ~ LIST
(me|m|nous) ~ REMOVE ~ (de|des|du|de vos|de ton) ~ (LIST|MESSAGE|envois)
(qu on|on)? me (raye|retire|supprime|enlève|sorte|efface) de ~ (LIST|MESSAGE)
(quitte|quitter|sortir de|sors de) ~ (LIST)
(quitte|quitter) ~ (cette|la|votre) (LIST|conversation)
BEG (oust|ouste|hop)? [,]? (hors|dehors|sortez|sors|dégage|dégagez) de ~ (LIST|MIEN|téléphone|portable|vie)
BEG du balai
(pas|plus|jamais|aucune) ~ (autoris*|droit) ~ (à|de) ~ (m|me|nous)? ~ (ENVOYEZ|ÉCRIVEZ|CONTACTÉ|ÉCRIRE)
(retire*|révoque*|annule*) ~ (l|le|mon) ~ (consentement|autorisation|accord)
MESSAGE ~ (ne|n)? (sont|est|étaient) ~ (pas|plus) ~ (les)? ~ (bienvenu*|souhaité*|désiré*|voulu*|souhaités)
(est|sont) ~ (pas|plus) ~ (souhaité*|souhaitable|désiré*|nécessaire) ~ (de|que|LAST) ~ (RECEVOIR|ÉCRIRE|me|LAST)
(inutile|lieu|raison|besoin|peine|quoi) ~ (de|d)? ~ (continuer|garder|conserver|recevoir|RECEVOIR|poursuivre) ~ (à
    |mon|vos|ces)
(plus|pas|aucun) besoin (de|d) ~ MESSAGE
(marre|ras la casquette|ras le bol|compte|assez|dos|tanné*|saoulé*|soûlé*|fatigué*|gavé*|soulé*) ~ (de|d) ~ (MESSAGE
    |RECEVOIR)
vous (me|m|nous) (saoul*|soul*|gonfl*|gav*|emmerd*|fatigu*|tann*|cassez) ~ (avec|LAST|[,])
(me|m|nous)? (cassez|casse|gonflez|achalez|tannez) ~ (moi)? ~ (plus|pas|pu|pus)
(lâchez|lâche|sacrez|laissez|laisse|lachez) ~ (moi|nous|mon) ~ (patience|tranquille*|tel|téléphone|numéro|affaire|la
    grappe)
(lâchez|lachez|lâche) l affaire
(allez|aller|vas) ~ (vous)? ~ (me)? (lâcher|lacher|laisser)
(sms|MESSAGE) ~ c est (non|fini|terminé|niet)
(sms|MESSAGE|ça) ~ (ANY{0,4}) (j en|jen|je n en) (veux|veu|souhaite) (pas|plus|pu)
(j en|jen) (veux|veu) (plus|pas|pu|pa) (LAST|[,]|de)
(oubliez|oublie) ~ (moi|nous|mon numéro|mon existence) (LAST|[,])
(ne|n) (recommencez|réessayez|insistez|revenez) (pas|plus)
(qu on|que vous|vous) (me|m|nous) (laisse|laissiez|fiche|foute) ~ (tranquil*|la paix|en paix)
(être|etre) ~ tranquil*
(arrêt|arret|arrêté|areté|arreté|arrêter|arreter|arrete) ~ (de|d) ~ (m|me)? ~ (ÉCRIVEZ|ENVOYEZ|ÉCRIRE)
(faut|il faut|vaut mieux) ~ (plus|pas|jamais|pu) ~ (me|m|nous)? ~ (ÉCRIVEZ|ENVOYEZ|CONTACTÉ)
BEG (plus|pu) rien ~ (LAST|[,]|de|sur|venant)
rien (du tout)? sur (ce|mon) (MIEN|téléphone|numéro)
(ÉCRIVEZ|ENVOYEZ) (moi|nous)? (pu|plus|pas|plu) (jamais|rien|LAST)
coché ANY{0,5} pas (de|d) ~ MESSAGE
(pas|plus) de MESSAGE ~ (de ce style|svp|stp|merci|LAST|sur|s il|pour moi)
(soit|être|est) le dernier ~ (MESSAGE|LAST|fois)
(ne|n) ~ (reçoive|recevrais|recoive) ~ (plus|pu)
(usage|faire valoir|exerce) ~ ANY{0,3} (droit) ~ (d opposition|de refus|de me retirer|LAST)
(oblige|obligé|contraint) ~ à cesser
(refuser|refus de|refuse) ~ (tout|tous|vos|ces|les|l)? ~ (MESSAGE|envois|envoi)
signalé ~ (au|à|comme)
(mettre|mis|mets) ~ en (indésirable*|spam|liste noire|noir)
(bloquez|désactivez|coupez|suspendez|stoppez|débranchez|désactiver) ~ (moi)? ~ (les|vos|ces|tous)? ~ (MESSAGE|envois
    |robot)
(perdez|perds) plus ~ temps à ~ (m|me) ~ ÉCRIRE
(commence|commencent) à bien faire
(allez|va|va t en) (spammer|embêter|harceler|ennuyer|emmerder) ~ (quelqu|un autre|les autres|ailleurs)
(non merci|merci) [,] plus jamais
pas des (MESSAGE|sms) de
(non|oui ou non) [,]? plus jamais LAST
# Left alone, enough, no interest.
BEG (plus|plu|pu|pus|assez|pas|aucun) (de|d)? ~ MESSAGE (END|par|de (votre|vous))
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
(ça|cela) suffit (maintenant)? (END|(les|vos|avec|de|ces) ~ MESSAGE)
prochain* (MESSAGE|envoi|coup|fois) ANY{0,3} (signalement|plainte|cnil|signale*|33700|police)
(j en ai|y en a|il y en a|nous en avons|c est bon j en ai) ~ (assez|marre|ras le bol|plein le dos)
    (END|(de|d) ~ (MESSAGE|RECEVOIR|vous END|être CONTACTÉ))
BEG (assez|marre|ras le bol) (de|d|avec) ~ (MESSAGE|ça LAST|RECEVOIR|vous LAST)
BEG (assez|marre|ras le bol) LAST
# No messages are wanted.
(merci|veuillez|prière|demande|svp|souhaite|préfère|priez|prie) ~ (de|à ce)? ~ (ne)? (plus|pas) ~
    (ÉCRIVEZ|ENVOYEZ|RECEVOIR)
VEUX (plus|plu|pu|pus|pas) (?!rater|manquer|perdre) ANY{0,5} (MESSAGE|CONTACTÉ)
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
(inutile|pas besoin|plus la peine|pas la peine) de (continuer à)? (me|m|nous) (ÉCRIVEZ|ENVOYEZ)
(ÉCRIVEZ|ENVOYEZ) (moi|m|nous)? (en)? (plus|plu|pus|pu) LAST
ne plus (rien)? RECEVOIR
(ne|n) (plus|jamais) ANY{0,4} (MESSAGE|ÉCRIVEZ|CONTACTÉ) LAST
# Stop writing.
STOP ~ (ÉCRIRE|MESSAGE|RECEVOIR)
BEG (STOP|stop) (?!de (faire|te|vous)) ANY{0,4} (MESSAGE|ÉCRIRE)
stop (aux|les|vos|la|ces|avec|tous)? ~ (MESSAGE|ÉCRIRE)
STOP (ça|cela|tout|avec (vos|ces|les)) (END|MESSAGE)
(cesser|cessez|arrêt|arrêter|exige|demande) ~ (l|d|tout|toute|de)? ~ (arrêt|envoi|envois|communication
    |contact) ~ (de|des)? ~ (MESSAGE|END)
# More ways to say it.
(abstenez|abstiens|abstenir) ~ (vous|toi)? ~ (de|d) ~ (m|me|nous|tout)
(aimerais|voudrais|préfère*|souhaite*|apprécierais|autant) HERE que (vous|tu) ~ (ne|n) HERE (rien|plus|pas|jamais)
si (vous|tu) (me|m) ~ ÉCRIRE ~ (encore|de nouveau|à nouveau|une fois)
(bloquez|bloque|bloquer) mon MIEN
pas pour ~ (RECEVOIR|la pub|vos pub*|de la pub|MESSAGE)
(on|mieux) arrête (là|LAST|[,])
(pouvez|pourriez|peux|pourrais) (vous|tu) ~ (ne)? ~ (plus|pas) ~ (lui|m|me|nous|en)? ~ (en)? ~ (ENVOYEZ|ÉCRIVEZ)
comment ~ (on|je)? ~ (fait|faire|fais) ~ pour ~ (plus|pas|ne plus|arrêter) ~ (RECEVOIR|avoir|ça|MESSAGE)
(merci|prière|svp) ~ (d|de) ~ oubli* ~ mon MIEN
encore (un|une) ~ MESSAGE ~ et
plus de MESSAGE (à l avenir|désormais|dorénavant|merci|svp)
NEG ~ (envie|envi|raison)? ~ (d|de)? ~ (être|figurer|rester|apparaître) ~ (dans|sur) ~ LIST
(ne|n)? (me|m|nous) demand* (plus|pas|jamais) (d|de|mon|un|une|quoi|LAST)
(arrêt*|cess*|stop) (d|de) (me|m|nous) demand*
(merci|non) [,]? (et)? plus jamais
on en reste là
plus de demande*
(contact|MESSAGE) HERE indésirable*
(soyez|merci|veuillez|prière|gentil*) ANY{0,4} (les|de|d|tout)? arrêter (LAST|[,]|ça|ces|tout)
(pas|aucun) ~ droit ~ (d|de) ~ utiliser ~ mon
(veux|voudrais|aimerais|souhaite) ~ (en|de là)? ~ (sortir|être retiré*|être enlevé*) (LAST|[,]|de)
(vire*|retir*|enlev*|sort*|supprim*) ~ (le|la|moi)? ~ de (votre|vos|ton|tes) (truc|machin|bidule|LIST|robot|système)
(entend*|entendre) (plus|pas|jamais) ~ parler
(pas|plus) vouloir ~ MESSAGE
(tg|ta gueule|fermez la) avec ~ MESSAGE
(pouvez|peux) ~ (vous|te)? ~ (les)? ~ garder (LAST|[,])
(plus|pas) ~ la peine ~ de (m|me|nous) ~ (en)? ~ (ENVOYEZ|ÉCRIVEZ)
(n|j|je n) aime pas ~ RECEVOIR ~ (MESSAGE|ces|ce genre|vos)
(merci|svp|et|alors) ~ plus rien (à l avenir|LAST|svp|désormais)
"""
