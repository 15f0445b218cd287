"""Spanish: the words that opt out, and the sentences they opt out in."""

from reviews.delivery.provider_events.meaning.spanish_doubts import HEDGE, INNOCENT, LIMIT, UNCLEAR

__all__ = ["HEDGE", "INNOCENT", "LIMIT", "STOP", "TYPOS", "UNCLEAR", "WORDS"]

WORDS = {
    "BARE": """estop baja parar pare paren para alto basta cancelar cancele cancelen desuscribir desuscribirme
        desuscribirse darme eliminar borrar anular terminar detener deténganse fin desinscribir suficiente salir stop
        parad desuscríbanme desuscribeme""",
    "STOPPER": "estop parad cortad baja parar paren alto basta desuscribir desuscribirme stop",
    "FILLER": """fabor gracias anda venga plis plz pls pf porfabor pofavol porfavo pofavor joven señito jefe x fa
        xfa xfavor xfis favor por porfa porfavor porfis muchas hola buenos buenas días tardes noches ya ahora mismo
        inmediatamente oiga oigan señor señora señores señorita estimados ok vale bueno pues y e pero entonces también
        si sí solo simplemente nomás carajo joder coño maldita malditos puta puto pinche pinches putos putas saludos
        chingados hombre hey mire miren disculpe disculpen perdón amablemente urgente atentamente cordial""",
    "GLUE": """me nos mi mis a al de del la el los las lo le les un una unos unas este esta esto estos estas ese esa
        eso esos esas su sus tu tus más tanto tantos tantas cada todo todos toda todas por para en con que vez otra
    otro
        otros otras nada ningún ninguna tipo tan molestos molesta molesto estúpidos estar nunca jamás celular teléfono
        móvil sms texto constantemente siempre seguido inmediato ustedes usted vuestros vuestra""",
    "SUBJ": "yo ellos",
    "ME": "me nos mi",
    "STOP": "dejen deje dejad dejar dejes paren pare parad parar pares cesen cese cesar eviten evite evitar",
    "MANDAR": "mand* envi*",
    "ESCRIBIR": """escrib* contact* llamar* llamando molest* hostig* acos* fastidi* jod* ching* text* spame* insist*
        marcar* mensaje* busc* comunicar* notificar* incordi* bombarde* solicit* pedir* pidiendo""",
    "ESCRIBA": """aviséis avisen avise avises escriba escriban escribas escribáis contacte contacten contactes
        contactéis llame llamen llames llaméis moleste molesten molestes molestéis hostigue hostiguen acose acosen
        fastidie fastidien fastidies joda jodan jodas chingue chinguen chingues texteen textee textees insista
    insistan
        insistas busque busquen busques marque marquen molestar escribir contactar llamar mensajee mensajeen
    comuniquen
        comunique hablen hable hables mensajees spameen incordien incordie escribieran escribiera contactaran
    contactara
        llamaran molestaran pidan pida pidas pregunten pregunte preguntes""",
    "MANDE": """enbien enbie manden pongáis pongan ponga mande mandes mandéis envíe envíen envíes enviéis mandar
        enviar remitan remita enviaran enviara mandaran mandara enviasen mandasen""",
    "MANDAN": "mandan mandas manda envían envías envía escriben escribes llaman",
    "MESSAGE": """mensaje mensajes mensajito mensajitos msj msjs sms texto textos correos publicidad* propaganda
        promocion* ofertas notificaci* encuesta* recordatorio* llamadas solicitudes spam basura mierda* tontería*
        comunicaci* whatsapp* avisos mails emails anuncios contacto marketing pendejadas porquería* chingaderas
        estupideces mamadas recado* envío* reseñas letra mensaj*""",
    "REMOVEME": """desapunt* desapuntadme apartadme quítame quítenme quíteme quitarme sácame sáquenme sáqueme
        sacarme bórrame bórrenme bórreme borrarme elimíname elimínenme elimíneme eliminarme retírame retírenme
    retíreme
        retirarme exclúyanme exclúyame bájenme bájame desuscríb* desuscrib* desinscrib* olvídenme olvídense desapúnt*
        quítennos sáquennos bórrennos elimínennos desvincúlenme bloquéenme quitad* quitenm* quitenn* quiteme* quitame*
        sacame* saquenm* saqueme* sácanos borrenm* borreme* borrame* borradm* eliminenm* elimineme* eliminame*
    tachenm*
        tachame* retirenm*""",
    "REMOVE": """retiraran retirasen quitaran borraran eliminaran borréis quitéis saquéis eliminéis sacaran quita
        quite quiten quitar saca saque saquen sacar borra borre borren borrar borrad elimina elimine eliminen eliminar
        retira retire retiren retirar suprima supriman suprimir olviden olvide olvida pierdan tachen quitad eliminad
        sacad bórrenlo cancelen""",
    "MIO": """número numero teléfono telefono celular móvil datos nombre contacto información info cuenta correo
        línea cel tel""",
    "LIST": "lista listas base sistema registro registros contactos directorio agenda grupo bd",
    "RECIBIR": """llegen llege yegue yeguen reciba reciban recibo llegue lleguen llega llegan llegarme llegar
        llegando llegarnos recibir recibiendo recibirlos recibirlas""",
    "QUIERO": """kiero qiero quero quiero queremos deseo deseamos quisiera necesito gusta gustan gustaría acepto
        autorizo autoricé consiento solicité solicito pedí interesan quería permito doy di""",
    "QUE": "que q ke k",
    "NO": "no nunca jamás tampoco ni",
    "HEDGE": "quizás quizá talvez posiblemente acaso",
}

# Words worth recognising with a slip of the finger.
TYPOS = "mensajes mensaje escriban equivocado cancelar molesten contacten suscripción desuscribir escribirme recibir"

STOP = """
# A sentence that says stop, and no more.
BEG STOPPER (STOPPER|FILLER|[,]){0,8} ([,] NAME{1,3})? (?=[.?,]|$)
BEG (ya)? (basta|alto|fuera|suficiente) (ya)? (LAST|(de|con) ~ (MESSAGE|ESCRIBIR|esto LAST))
ya (estuvo bueno|fue suficiente|párenle)
# The law, the police, a block.
BEG no ~ (mensajes|mensajitos|textos|sms|spam|publicidad|llamadas|encuestas|notificaciones) LAST
(voy a|vamos a|tendré QUE|pienso) (denunciar*|demandar*|reportar*|bloquear*)
(denunciarlos|denunciarles|demandarlos|reportarlos|denunciaré|demandaré|reportaré|bloquearé)
(poner|interponer|pondré|interpondré|haré|presentar|presentaré) ~ denuncia
(denuncia|denuncio|reporto|reportado|reportando) (LAST|por ~ (spam|acoso)|ante|como spam|este número|su
    número|a la)
(los|las|les|te|lo) (voy a|vamos a)? (denunciar|demandar|reportar|bloquear|denuncio|reporto|bloqueo|bloqueé)
(bloquearlos|bloqueando|bloqueo|bloqueados|bloqueado) (LAST|este número|su número)
(hablo|hablaré|hablar|contactar|llamar|llamo|llamaré|consultar) ~ (con|a) ~ (mi|un) ~ (abogado|policía|abogada)
(acciones|medidas) legales
(profeco|aepd|lopd|rgpd|gdpr|condusef|osiptel)
(esto es acoso|hostigamiento|acosando|hostigando|BEG acoso)
(esto|eso) es (spam|acoso) (?!FILLER{0,3} [?])
cómo ~ (me doy|paro|detengo|dejo|cancelo|me quito|elimino|salgo|evito|bloqueo|me salgo) ~ (de|MESSAGE|esto
    |estos|END|baja)
# No consent.
NO ~ (deseo|quiero|autorizo|permito|consiento|acepto) ~ (QUE|el|uso|la) ~ (ESCRIBA|MANDE|ESCRIBIR|uso|usen
    |sigan)
(NO|nunca) ~ (autoricé|autorizo|di|doy|pedí|solicité|consentí|he dado|suscribí|inscribí|registré|acepté
    |tienen) ~
    (esto|estos|MESSAGE|QUE ~ ESCRIBIR|permiso|consentimiento|autorización|RECIBIR)
(nunca|no) ~ me (suscribí|inscribí|registré|apunté)
(sin) ~ (mi) (permiso|consentimiento|autorización)
(retiro|revoco|retirar|revocar|cancelo|quito) ~ (mi|el|la) ~ (consentimiento|permiso|autorización)
(me niego a|rechazo|me opongo a) ~ (recibir*|MESSAGE|QUE ~ (ESCRIBA|ESCRIBIR))
(prohíbo|prohibo) ~ QUE ANY{0,3} (ESCRIBIR|ESCRIBA|MANDE)
NO ~ he (autorizado|dado|pedido|solicitado) ~ (QUE ANY{0,2} (ESCRIBA|MANDE|ESCRIBIR)|MESSAGE|permiso
    |consentimiento|autorización)
# Off the list.
(paren|párenle|detengan|detenga|deténganse|cancelen|cancela|cancelar|suspendan|suspender|cancele|terminen
    |elimina|anular|anulen|detener|desactivar|desactiven|parar) ~ (MESSAGE|suscripci*|envío|envíos|END)
(suscripci*) ~ (cancel*|anul*)
(NO|ya no) ~ QUIERO ~ (QUE)? ~ (me|nos)? ~
    (recibir* ~ (MESSAGE|nada LAST|más LAST|LAST|esto|de ustedes)|recibiendo|MESSAGE|ESCRIBA|MANDE|esto LAST
    |estos LAST|más LAST|saber ~ (de ustedes|nada)|ser contactado
    |ser contactada|seguir recibiendo|contacto|contactado|estar en ~ LIST|aparecer|figurar|formar)
(solicito|pido|exijo|quiero|tramiten|gestionen) ~ baja
BEG (alto|basta|fuera|stop) (a|con|de|ya) ~ MESSAGE
BEG stop FILLER{1,4} QUE
(solicitud|derecho) de (baja|oposición|cancelación|supresión)
(me desuscribo|me salgo de LIST|quiero salir|(gustaría|forma puedo|quiero|deseo) salir de (la|esta|su) LIST|quiero
    QUE (paren|dejen|cesen))
REMOVEME (LAST|ya|de una|del (sistema|grupo)|de ~ LIST (?!de espera)|de (aquí|ahí|todo|esto))
(me|nos) (pueden|puede|podrían|podría|podéis|podríais|puedes|podrías) (quitar|sacar|borrar|eliminar) ~ (de|del|END)
BEG (salir|fuera|salirme) (de|del) ~ LIST
(pueden|puede|podrían|podría) (quitarme|sacarme|borrarme|eliminarme)
(baja|bajen|baje|den de baja) (mis datos|mi número|mi numero)
(me|nos) (dan|den|das) de baja
REMOVE ~ (mi|mis|este|el|esta|a) ~ MIO
(quit*|saqu*|sacar*|borr*|elimin*|retir*) ~ de (la|tu|su|esta|vuestra|sus|tus) ~ LIST
(mi|mis|este) ~ MIO ~ (sea|sean|de)? ~ (borrado|eliminado|borrados|eliminados|retirado)
(dame|dadme|dadnos|dádme|denme|deme|dar|darme|darnos|doy|den|dennos|quiero|quisiera|solicito|pido|causar|gestionar
    |tramitar
    |causo) ANY{0,3} (de|la) baja
baja (por favor|de la lista|del servicio|sms|definitiva|inmediata|de MESSAGE|de LIST)
(me|nos) (quiten|saquen|borren|eliminen|quite|saque|borre|elimine|quitan|borran|eliminan|quitar|borrar
    |eliminar) ~ (de|del|END|ya)
(quiero|quisiera|deseo|necesito|cómo) ~ (hago|puedo|me)? ~ (para)? ~ (salir|salirme|borrarme|desuscrib*
    |cancelar la suscripci*|cancelar MESSAGE|dejar de|desinscrib*|eliminarme|parar esto|parar MESSAGE)
(olvídense|olvídate|olvídese|olvídenme|olviden) ~ (de)? ~ (mi|mí|este) ~ (MIO|END)
(borrar|eliminar|supresión|cancelación) ~ (de)? ~ (mis|todos)? ~ datos
# A clause that refuses messages, in whatever order.
BEG (?=HERE (MESSAGE|RECIBIR|ESCRIBA|ESCRIBIR|MANDE|MANDAR)) (?!HERE (perder*|olvid*|recibí|falt*|dejar|QUE se))
    (?!SUBJ) HERE NO ~ (QUIERO|desea|desean|quiere|quieren) ~
(?<!SUBJ)NO (me|nos|os|se|lo|la|los|las|le|les|te){0,3} (and*|esté|estén|estés|sig*|vuelv*|volvieran|volviera
    |quiero)? ~ a?
    (mandando*|enviando*|escribiendo*|mandándome*|escribirme|mandarme|enviarme)
(?<!SUBJ)NO (me|nos) (llegue|lleguen) (nada|ni|más|ningún|MESSAGE|LAST|ANY más)
(?<!SUBJ)NO ~ (volvieran|volviera|volvieras|vuelvan|vuelva) ~ a ~ (ESCRIBIR|MANDAR|usar|llamar*)
(?<!SUBJ)NO (me|nos) (los|las|lo|la) (MANDE|ESCRIBA) (más|otra|nunca|LAST|[,])
(ahórr*|cero|ningún|ninguno|fin de los|basta de|paso de|corta* con|córtenla con|cortad ya|déjense de|déjate de|dejaos
    de
    |chole
    con|hasta (acá|aquí)
    ANY{0,2} con|suave con|guárdense|guárdate|guardaos|ahórrense|ahórrate|ahorraos|ahórrenselos) ~ (MESSAGE|ni|END)
(sea|será|es) (el|la) (último|última) ~ (MESSAGE|vez)? (LAST|[,]|QUE)
MESSAGE ~ no (son|es|están) ~ (bienvenid*|desead*|requerid*|autorizad*|solicitad*)
ya (les|os|le|te|se los|se lo) (dije|he dicho|pedí|escribí|puse|mandé) ~ (QUE (no|me|pararan|dejaran)|stop|baja|alto)
(puse|contesto|contesté|respondí|mandé|escribí|envié|pedí|solicité) ~ ANY{0,2} (stop|baja|alto|cancelar) ANY{0,9} (y
    |veces|vez|LAST
    |[,])
vez QUE (contesto|pongo|mando|escribo|pido|digo|respondo) ~ (stop|baja|QUE no)
(meto|pongo|interpongo|pondré|haré|meteré|pondremos) ~ (una|la)? denuncia*
(agencia|ley) ~ de protección
(den|dar|dé|deen|denme|deme|dénmelo|denmelo|darme|dadme|darnos) de (baja|vaja)
(solicito|pedí|pido|exijo|tramiten|quiero) ~ (la|mi|una) (baja|vaja)
(QUE|y|o|se)? (me|nos) (saquen|saque|sacan|sacaran|sacara|quiten|quite|quitan|quitaran|quitara|borren|borre|borran
    |borraran|eliminen
    |elimine|eliminaran|excluyan|excluya|excluyeran|tachen|retiren|retire|desactiven) (LAST|[,]|ya|de (?!dudas)|del
    (?!apuro))
REMOVEME (LAST|[,]|[.]|ya|de inmediato|de (sus|los|las|la|el|esos|esas|vuestr*|tu|su)|dela|genios|porfa)
(debe|deben|pueden|pido|solicito) ~ (excluir*|eliminar*) ~ (me)? ~ de
(excluy*|excluir*|incluirme|consid*|fuera) ~ (fuera)? ~ de ~ (LIST|MESSAGE|programa|promo*|toda|futuras)
(no|sin) (incluirme|incluirnos|meterme|ponerme) (más)? en
NO ~ (vuelvan|vuelva|volváis)? ~ (a)? ~ (usen|use|uséis|utilicen|utilice|usar|utilizar|utilicéis) ~ (mi|este) ~ MIO
NO ~ (más)? (rompan|rompas|rompa|rayen|rayeis|rayéis|rayes|webeen|weveen|huevonen|den|dé|des|deis) ~ (más)? ~ (las
    |los|la|lata
    |brasa|tabarra|vara|turra|con
    |LAST)
(dejen|deja|deje|dejad) de (romper|rayar|webear|dar la|joder|tocar|incordiar|llegar*)
(dejen|deje|dejarán|dejaran) de (llegar*|MANDAR|ESCRIBIR)
(estoy|estamos|tienen|tenéis|tiene) ~ (hasta (las|los|el|la)|frit*|podrid*|hart*|cansad*|aburrid*) ~ ANY{0,3}
    (MESSAGE|LAST|[,])
(hagan|haga|haz|haced) (como|de cuenta) (QUE)? HERE (nunca|no|jamás)
BEG ni (uno|una|un) ~ (más|solo|sola) (LAST|[,])
ni uno (más|LAST|[,])
BEG (QUE)? no (me|nos)? llegue ni
(por|vía) (texto|sms|mensaje|este medio|mensaje de texto|celular) ~ (no|ni uno|nunca|jamás)
(a mí|a mi) (no|ni)(?! me (importa|gusta|molest*)) (LAST|[,]|una|un)
silencio (por favor|END)
ni ~ (se te|se les|se le|se os)? ~ (ocurra|piensen|sueñen|pienses) ~ (volver* a|en)? ~ (ESCRIBIR|MANDAR|llamar*)
ni ~ (recibir|opinar) ANY{0,3} (MESSAGE|más)
(den|doy|damos) por (terminad*|acabad*|finalizad*)
(dejen|dejne|degen|dejem) de ~ (MANDAR|ESCRIBIR)
ni (MESSAGE|reseñas) [,] ni (MESSAGE|promos) [,.]
(opto|elijo|prefiero|deseo|decisión|derecho|opción) ~ (es|de|a|por)? ~ no ~ (recibir*|ESCRIBIR)
(cómo|qué|manera|forma|hago|tengo) HERE (para|de|QUE) HERE (no|dejen de|paren de|dejar de) ~ (recibir*|llegu*|llegar*
    |MANDE|ESCRIBA|RECIBIR)
no ~ (quiero|deseo) ~ (seguir|estar|aparecer|figurar|volver a saber|saber) ~ (en|de|nada) ~ (LIST|ustedes|vosotros
    |usted)
olvid* ~ de (mí|mi|nosotros|QUE existo) (LAST|y|[,])
(si|como|otro|otra) HERE (MESSAGE|texto|ESCRIBIR|escribiendo|llega*|recibo) HERE (denuncia*|cancelo|cambio|estrella
    |bloque*|demand*)
(al carajo|a la mierda|a paseo|a la porra|a tomar por culo) con ~ MESSAGE
(stop|nomore) no más LAST
no (más|mas|ma) ~ MESSAGE
(noo|nooo|no) (más|mas|ma) (LAST|MESSAGE)
(molestaría|importaría|podrían|podrías|podría|podéis) ~ no ~ (mandarme|escribirme|enviarme|ESCRIBIR|MANDAR)
(dejando|parando) de ~ (ESCRIBIR|MANDAR)
(quiero|deseo|necesito|pido) QUE ~ (eso|esto|esos|estos)? ~ (MESSAGE)? ~ (termine*|pare*|acabe*|cese*)
(corten|cortad|corta|cierren|cerrad) ~ ANY{0,2} (grifo|rollo|chorro)
desactiv* ~ ANY{0,2} MESSAGE
no hace falta (ninguno|más|nada) más?
(paren|pare|para|parad|basta) ya
lista de los QUE no quieren
mándenle* ~ MESSAGE a otr*
# Left alone, enough, no interest.
(déjame|déjenme|déjeme|dejadme|dejarme|déjennos|dejenos|déjanos|dejen|deje|dejan) ~ (en)? ~ (paz|tranquilo
    |tranquila|tranquilos|vivir|sola|solo)
me cansé de ~ MESSAGE
(dejen|deje|deja|dejad|dejéis|dejarme|dejar|déjame|déjenme|déjeme) ANY{0,4} (en paz|tranquil*)
(córtenla|cortenla|cortala|córtala|párenla|parenla|párele|corten) ~ (con|de) ~ (MESSAGE|ESCRIBIR|esto)
no ~ (me|nos) ~ (interesa|interesan) (END|MESSAGE|más|nada|para nada|en ~ (MESSAGE|recibir*)|su|sus|lo QUE|esto
    |recibir)
no ~ (estoy|estamos|tengo) ~ (interesado|interesada|interesados|interés) (END|nada LAST|para nada|en ~ (MESSAGE
    |recibir*|sus|su
    |esto|nada))
(harto|harta|hartos|hartas|cansado|cansada) ~ (de|con) ~ (MESSAGE|QUE me ~ ESCRIBIR|ustedes|recibir*)
me (tienen|tiene) (harto|harta|cansado|cansada|podrido|hasta)
BEG (lárguense|lárgate|váyanse|piérdanse) LAST
# No messages are wanted.
(NO|ya no) ~ QUIERO ~ QUE ANY{0,3} (ESCRIBA|ESCRIBIR|MANDE ~ (MESSAGE|nada|LAST))
(NO|ya no) ~ (quiero|queremos|deseo) ~ (más LAST|nada (de|con) (ustedes|usted))
ya no quiero (LAST|nada LAST)
(agradecería|agradezco|gustaría|ruego|pido|quisiera|quiero) ~ QUE ~ (dejaran|dejara|dejen|deje|pararan) ~ de
    ~ (ESCRIBIR|MANDAR)
(prefiero|preferiría|quisiera|gustaría|agradecería|agradeceré) ~ (QUE)? ~ NO ~ (recibir*|MANDE|ESCRIBA|ser
    contactad*)
(dejar de|deje de) ~ (RECIBIR|recibirlos)
(sin|cero|ni un|ningún) ~ MESSAGE (más|LAST|por favor)
(pueden|podrían|puede|podría|pueden por favor|quiero QUE|quieren) ~ (parar|dejar|dejen|paren) (LAST|de ~
    (ESCRIBIR|MANDAR))
no (es necesario|hace falta|quiero|deseo) QUE ANY{0,2} (ESCRIBA|MANDE)
(NO|ya no) QUIERO ANY{0,4} (ESCRIBA|ESCRIBIR|MANDE MESSAGE)
NO ~ QUIERO (?!perder|dejar|QUE se) ANY{0,5} MESSAGE
# Do not write.
(abstenga|abstengan|abstenerse|absténganse|absténgase) ~ de ~ (ESCRIBIR|MANDAR)
(?<!SUBJ)NO lo (uséis|usen|use|usen más|utilicen|utilice) (para|LAST|más)
(NO) ~ (me|nos) ~ (rompan|rompas|rompa|hinchen|hinches|calienten) ~ (las|los|la|más)
(NO) ~ (pueden|puede|podéis|debéis|deben|debe|tienen QUE|tienen por qué|quiero QUE) ~ (ESCRIBIR|MANDAR ~ MESSAGE)
    (LAST|más)
(?<!SUBJ)NO lo (hagan|haga|hagas) (más|LAST)
para no ~ (RECIBIR|recibir*) ~ (más|MESSAGE|esto|LAST|nada)
(?<!SUBJ)(NO|ya no) ~ MANDE ~ (más) (LAST|UNKNOWN LAST|MESSAGE)
BEG (ya)? (no|ni) (más|mas|mss) [,]? (END|MESSAGE|de esto|envíos|textos|llamadas)
(?<!SUBJ)(NO|ya no) ~ (vuelva|vuelvan|vuelvas|sigan|siga|sigas|intenten)? ~ (ESCRIBA) (?!la|el|lo)
(?<!SUBJ)(NO|ya no) ~ MANDE ~ (MESSAGE|más LAST|nada END|nada (más)? a|LAST|esto|estos|estas|eso|cosas
    |ninguno|nunca)
(?<!SUBJ)(NO|ya no) ~ (vuelva|vuelvan|vuelvas|volver|sigan|siga|sigas|intenten|intente|se les ocurra) ~ (a)? ~
    (ESCRIBIR|MANDAR ~ (LAST|MESSAGE|más LAST|nada))
(?<!SUBJ)(NO) ~ (me|nos) ~ MANDAN ~ más
(favor de|pido|pedimos|ruego|solicito|exijo|les pido|favor) ~ NO ~ (ESCRIBIR|ESCRIBA|MANDE)
NO ~ (ser)? (contactado|contactada|molestado|molestada|contactados)
BEG no (contactarme|escribirme|llamarme|molestarme|enviarme|mandarme)
no (sigan|continúen|continue|siga) (LAST|ESCRIBIR|mandando|enviando|insistiendo)
(para|como) QUE (dejen|paren|deje|no) ~ (de)? ~ (ESCRIBIR|MANDAR|ESCRIBA|MANDE)
ya? no más ~ MESSAGE
(NO|nunca) ANY{0,2} (vuelvan|vuelva|vuelvas|volver|volváis) ANY{0,2} (a)? ~ (ESCRIBIR|MANDAR LAST)
(no molestar|no molesten|no moleste|no fastidi*|no jod*|no ching*)
# Stop writing.
(STOP|deja|para ya) (ya)? ~ (de) ~ (estar)? ~ (ESCRIBIR|MANDAR ~ (LAST|MESSAGE|esto|estos|cosas|a este|a mi))
(STOP|deja) (ya)? (con|de) ~ (MESSAGE|esto END|eso END)
(déjenme|déjeme|déjame|dejenos) de ESCRIBIR
(esto|eso|lo) de (los|las|estos|estas)? ~ MESSAGE ANY{0,3} (REMOVEME|quítamelo|quítenmelo|quitar|quítalo|déjenlo
    |déjalo)
(desactiven|desactivar|desactive) ~ (MESSAGE|mi número|mi numero)
si ~ (siguen|sigue|vuelven|vuelve|me) ~ (a)? ~ (ESCRIBIR|MANDAR ~ (más|MESSAGE|LAST))
BEG (STOP|deja) (?!de (ser|hacer)) ANY{0,5} (MESSAGE|ESCRIBIR)
(nada) de (MESSAGE)
# More ways to say it.
(fuera|fuese|sea|ser) (el|la) (último|última) (MESSAGE|vez|QUE|LAST)
(elimínenlo|elimínelo|elimínalo|bórrenlo|bórralo|bórrelo|quítenlo|quítalo|quítelo|sáquenlo|sácalo) (LAST|de|ya)
(opongo|oponemos|oposición) a ~ (QUE|uso|LIST|recibir*)
no (me|nos) (incluyas|incluya|incluyan|incluyáis|pongan|metan|metáis) en
(me|nos) (quitasen|sacasen|borrasen|quitaseis|eliminasen|quitarais|sacarais) (LAST|de)
BEG (de|la)? baja FILLER{0,4} LAST
no ~ (me|nos) ~ interesa QUE ~ (me|nos)
(solicito|pido|ruego|exijo|quisiera|agradecería|agradezco|elijo|opto|preferiría|gustaría) ~ (por)? no ~ (recibir*
    |RECIBIR|QUE ~ (ESCRIBA|MANDE|RECIBIR))
(quitar|parar|cancelar|desactivar|anular|eliminar) lo de ~ MESSAGE
(me|nos) (dais|das|dan|dáis) de baja
QUE (me|nos) (borréis|quitéis|saquéis|eliminéis|borren|quiten|saquen)
(dejéis|dejes|dejen) de ~ (ESCRIBIR|MANDAR)
(cortadlo|córtenlo|cortenlo|paradlo|párenlo) (ya|LAST|[,])
NO ~ MANDE ~ más [,]
(suficiente|bastante|harto|demasiado) [,]? hasta (aquí|acá)
(próximo|siguiente) MESSAGE ~ (va|irá|lo|se|acaba)
(repep|robinson)
no ~ (tienen|tiene|tenéis|tienes) ~ (derecho|permiso|autorización|por qué) ~ (a|para|de)? ~ (MANDAR|ESCRIBIR|mandarme
    |escribirme|enviarme|usar)
BEG ANY{0,2} [,.]? fuera de mi (móvil|teléfono|celular|cel|vida)
(me|nos) (borráis|sacáis|quitáis|elimináis|borrás|sacás) (LAST|de|[,]|ya)
(perder|perdé|pierde|pierda|pierdan|olvide|olvida|olviden|olvidar) ~ (mi|este) ~ MIO
no ~ MANDE ~ nada ~ (aquí|acá|LAST|[,])
no quiero nada (de (esto|eso|ustedes|vosotros|usted)|vuestro|suyo)
ya no ~ MANDE ~ nada
NO ~ (me|nos) MANDE ~ nada
"""
