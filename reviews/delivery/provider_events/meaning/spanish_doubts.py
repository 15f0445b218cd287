"""Spanish: what only seems to opt out, what may, and what takes half of an opt-out back."""

INNOCENT = """
no necesito nada
no (logro|puedo|pude|consigo|he podido|pudimos|podemos) ~ (contactar|llamar|escribir|comunicar*|enviar|mandar)
(estoy|sigo|estaba|sigue|está) ~ de baja
(eliminar|quitar|borrar|sacar) (los|las|el|la) (UNKNOWN)
NO (me|nos|se|te|lo|le|les|los)? (dejen|deje|dejes|deja|dejéis|paren|pares|pare|paro|paramos|dejo|dejamos|cesen|dejaré
    |dejaremos|pude|puedo|podía|podemos|dejar|parar|paraba) ~ (de|END)
NO ~ (me|nos) (borren|borre|quiten|quite|saquen|saque|eliminen|elimine|den de baja)
sin (parar|cesar|dejar)
NO ~ (pude|puedo|podía|podemos|podíamos|he|hemos) ~ (parar|dejar|dejado|parado)
(responda|responde|envíe|envía|envie|escriba|conteste|mande|texto|textea) ~ (con|la palabra)? (stop|baja
    |parar|alto|cancelar) (para|al|a|si)
NO ~ (olvid*|dude|duden|dudes)
NO ~ (quiero|quisiera|quería|queremos) ~ (molest*|dejar|parar|incomod*|perder)
(el|un|al|mi|gran|muy|lo|más|tan|una|esa|bus) (alto|baja|parada|fin|para)
la (parada|fin|para|baja (médica|laboral|maternal|temporada|de maternidad|por))
(alto|baja|bajo) (nivel|calidad|precio|un|médica|maternidad|y|el|standard|riesgo)
no ~ (me|nos) ~ (llamen|llame|llames|llaméis) ~ [,.]? ~ (mejor|prefiero)? ~ (escríb*|escrib*|por aquí|mandenme
    |mándenme|mandadme|un mensaje|mensaje|mensajes|sms)
nada de llamadas
(me|nos) basta
NO ~ MANDE ~ (la|el|mi)? ~ (factura|recibo|presupuesto|paquete|carta) ~ por (correo|mail|email|carta)
ni ~ (se te|se les|se le|se os)? ~ ocurra* ~ (quitarme|sacarme|borrarme|darme de baja|eliminarme)
BEG (stop|alto|para) [.,] ~ (me equivoqué|me confundí|espera|quise|perdón)
(para|paren|deja|dejen) ya? de (decirme|hacerme|echarme) (cosas|UNKNOWN)
(quit*|sac*|borr*) ~ (me)? ~ de la lista de espera
fin de (mes|semana|año|curso|temporada|fiesta)
de baja ~ a (mi|UNKNOWN|NAME) ANY{0,2} (de|en)
(del|los|el) (correo|correos|mail|email) ~ (dadme|denme|deme) de baja
no ~ (quiero|queremos|voy a|vamos a|pienso) ~ (cancelar|darme de baja|anular|irme)
(stop|baja) ~ por (error|equivocación|accidente|equivocacion)
de baja ~ del (gimnasio|gym|seguro|curso|colegio|abono|club|plan)
"""

UNCLEAR = """
(tal vez|a lo mejor) FILLER{0,2} STOPPER END
BEG (baja|parar|alto|basta|cancelar|cancele|cancelen|eliminar|borrar|anular) ANY
(cancelar|cancele|cancela|cancelen|anular|anule|cancelo) ~ (mi|la|el|mis|una) ~ (cita|reserva|turno|pedido
    |orden|reservación|hora|compra|membresía|ANY)
(quiero|necesito|quisiera|deseo|tengo QUE) ~ (cancelar|anular)
(quién|quien|quienes|quiénes) (es|son|eres|habla) ANY{0,3} [.?,]* ANY{0,2} no ~ (lo|la|los|te|le) ~ conozco
no ~ (lo|la|los|las|te|le|les|este|ese) ~ (conozco|reconozco)
(cómo|dónde|de dónde|quién) ~ (obtuv*|consigu*|sac*|tien*|dio) ~ (mi) ~ (número|numero|datos|contacto|teléfono)
(por qué|porqué|porque|para qué) ~ (me|nos) ~ (escrib*|mand*|envi*|lleg*|contact*|molest*)
no (dejan|paran|deja|para) de (ESCRIBIR)
(muchos|demasiados|tantos|menos) ~ MESSAGE
(vete a|chinga tu|chinguen a|chingen|púdranse|jódanse|jódete|QUE te jodan|a la mierda|al carajo|cállate
    |cállense|vayan a)
BEG (spam|estafa|fraude) END
es (esto|esta|este)? ~ (spam|una estafa|estafa|real)
(debo|tengo QUE) ~ (escribir|responder|enviar|mandar|poner) ~ (stop|baja|parar|alto)
(falleció|murió|fallecido|fallecida|difunto|difunta)
no ~ (me|nos) ~ interesa
no (soy|somos) ~ (su|un|una|sus)? ~ (cliente|paciente|clienta)
NO ~ MANDE (?!la|el)
no quiero nada
pausar MESSAGE
"""

LIMIT = """
(antes|después|despues|hasta (?!acá|aquí|nunca)|entre|a partir (?!de (hoy|ahora|ya|este))) ~ (de|del|QUE|el|la|las
    |los)? ~ (DIGITS|mediodía|medianoche
    |lunes|martes|miércoles|jueves|viernes|sábado|domingo|mañana|tarde|próximo|próxima|trabajo|ocho|nueve
    |diez|siete|once|ANY)
(de|por|en|a) la (noche|mañana|madrugada|tarde)
(de noche|los domingos|los fines|el fin de semana|en fin de semana|los sábados|a estas horas|en el trabajo|en
    horario)
(mientras|cuando) ~ (estoy|esté|trabajo|trabaje|manejo|estemos|duermo)
(tan|tanto|tantos|tantas|muy) (temprano|tarde|seguido|MESSAGE|frecuente|a menudo|frecuentemente)
(por ahora|por el momento|(?<!desde)(?<!de)hoy (?!mismo|LAST)|esta semana|este mes|de momento|ahorita no)
(a menos QUE|salvo|excepto|sino)
"""

HEDGE = """
(HEDGE|tal vez|puede QUE|a lo mejor)
(no sé si|debería|debo|tengo QUE (?!poner|hacer|decir|repetir|pedir))
"""
