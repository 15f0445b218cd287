"""Policy on the words of a message: it offers nothing for a review, and does not ask the happy alone.

Google's policy on user contributions ("fake engagement") forbids both, as do the rules of the FTC on reviews (16 CFR
465.4 and 465.7) and, for Europe, Directive 2005/29/EC, Annex I, 23b and 23c. The patterns cover the languages that
messages are written in: English, Spanish, German and French.
"""

import re

# Things of worth. A word that a business may need otherwise ("feel free", "draw") counts only beside certain others.
_OFFERS = r"""
    discounts? | vouchers? | coupons? | gift\s?cards? | gifts? | prizes? | raffles? | sweepstakes? | give-?aways?
    | lotter(?:y|ies) | rewards? | cash(?:\s?back)? | (?:prize\s|lucky\s)draws? | draw\s(?:for|to\swin)
    | (?:into|in)\s(?:a|an|our|the)\s(?:\w+\s)?draw | chance\sto\swin | enter(?:ed)?\sto\swin | store\scredit
    | refunds? | for\sfree | free\sof\scharge | (?:a|an|your|one)\sfree\s\w+ | promo(?:\s|-)?codes? | bonus(?:es)?
    | \d+\s?%\s(?:off|rabatt|de\sdescuento|de\sr(?:é|e)duction | de\sremise) | [$€£]\s?\d+(?:[.,]\d\d)?\soff
    | descuentos? | vales?\sde\s\w+ | cup(?:ó|o)n(?:es)? | regalos? | sorteos? | premios? | rifas? | reembolsos?
    | recompensas? | tarjetas?\s(?:de\s)?regalo
    | rabatte?n? | preisnachl(?:a|ä)ss\w* | gutscheine?[ns]? | geschenke?n? | gewinnspiele?[ns]? | verlosung(?:en)?
    | pr(?:ä|ae)mien? | belohnung(?:en)? | bargeld | gratis
    | r(?:é|e)ductions? | remises? | bons?\sd['’]achat | cadeaux? | tirages?\sau\ssort | r(?:é|e)compenses?
    | remboursements? | gratuit(?:e|s|es)?
"""
_ONLY_THE_HAPPY = r"""
    (?:5|five)[\s-]?stars? | 5\s?[★⭐] | [★⭐]{5} | (?:5|cinco)\sestrellas | (?:5|f(?:ü|ue)nf)[\s-]?sterne?n?
    | (?:5|cinq)\s(?:é|e)toiles
    | (?:positive|good|great|glowing|excellent|nice)\s(?:\w+\s)?(?:reviews?|ratings?|feedback)
    | if\syou(?:['’]re|\sare|\swere)\s(?:happy|satisfied|pleased|delighted) | if\syou\s(?:loved|liked|enjoyed)
    | (?:rese(?:ñ|n)as?|opini(?:ó|o)n(?:es)?|valoraci(?:ó|o)n(?:es)?)\spositivas?
    | buenas?\s(?:rese(?:ñ|n)as?|opini(?:ó|o)n)
    | si\s(?:est(?:á|a)s?|qued(?:ó|o|aste))\s(?:satisfech|content)\w+
    | (?:positive|gute|tolle)[nrs]?\s(?:bewertung(?:en)?|rezension(?:en)?) | wenn\ssie\szufrieden
    | avis\spositifs? | bons?\savis | si\svous\s(?:ê|e)tes\ssatisfait\w*
"""


def _phrases(patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{patterns})(?!\w)", re.IGNORECASE | re.VERBOSE)


_RULES = {
    _phrases(_OFFERS): "Nothing may be offered for a review",
    _phrases(_ONLY_THE_HAPPY): "Ask for honest words, good or bad",
}


def check_wording(text: str) -> list[str]:
    """Return a problem for each rule that the template breaks, with the words named; empty when it breaks none."""
    problems, text = [], " ".join(text.split())
    for pattern, rule in _RULES.items():
        if phrases := dict.fromkeys(match.group() for match in pattern.finditer(text)):
            problems.append(f"{rule}: leave out {', '.join(f'“{phrase}”' for phrase in phrases)}.")
    return problems
