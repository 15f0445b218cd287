"""Columns of a list of customers: what their headings and first values say that they hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from reviews.requests.csv_files import Row
from reviews.requests.import_cells import plain

_SAMPLE = 20  # rows that are looked at to guess
_MOST_TITLES = 10  # rows above the headings

# Fields that a column may hold, by their names in the API; "name" is a whole name, which is taken apart, and
# "visited_at" the time that the wait counts from.
FIELDS = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "name": _("Full name"),
    "email": _("E-mail"),
    "mobile_phone_number": _("Mobile number"),
    "company_name": _("Company"),
    "external_id": _("Your own id of the job"),
    "language": _("Language"),
    "time_zone": _("Time zone"),
    "delay_hours": _("Hours to wait"),
    "visited_at": _("Date of the visit"),
    "consent_at": _("Consent: when"),
    "consent_wording": _("Consent: in which words"),
    "consent_source": _("Consent: where"),
    "consent_channel": _("Consent: to email, sms or both"),
}
# Headings of such columns, in small letters, without spaces, digits or punctuation: "E-mail 1 - Value" of Google's
# contacts is emailvalue.
_HEADINGS = {
    "first_name": "firstname forename givenname first vorname prenom nombre nombredepila customerfirstname",
    "last_name": "lastname surname familyname last nachname familienname nomdefamille apellido apellidos"
    " customerlastname",
    "name": "name fullname customer customername contact contactname client clientname kunde kundenname kontakt nom"
    " nomcomplet nombrecompleto nombreyapellidos cliente displayname patient patientname guest guestname gast",
    "email": "email emailaddress mail mailaddress emailadresse mailadresse courriel adresseemail adressemail correo"
    " correoelectronico emailde emailvalue emails primaryemail customeremail contactemail emailhome emailwork",
    "mobile_phone_number": "mobilephonenumber mobile mobilephone mobilenumber cell cellphone cellnumber phone"
    " phonenumber telephone tel handy handynummer mobilnummer telefon telefonnummer mobiltelefon portable telephone"
    " numerodetelephone movil telefono telefonomovil celular phonevalue phones primaryphone customerphone mobil"
    " phonemobile mobileno phoneno telefonmobil telephoneportable telephonemobile numerodemovil",
    "company_name": "company companyname business organisation organization firma unternehmen societe entreprise"
    " empresa organizationname associatedcompany",
    "external_id": "externalid id jobid jobnumber job orderid ordernumber order invoice invoicenumber reference ref"
    " rechnungsnummer auftragsnummer auftrag bestellnummer numerodecommande factura pedido",
    "language": "language lang locale preferredlanguage customerlanguage sprache kundensprache langue langueduclient"
    " idioma",
    "time_zone": "timezone tz zeitzone fuseauhoraire zonahoraria",
    "delay_hours": "delayhours delay hourstowait waithours waithrs wait warten wartenstd wartenstunden wartezeit"
    " wartestunden stundenwarten attente attenteheures attenteh heuresdattente espera esperahoras horasdeespera",
    "visited_at": "visit visitdate dateofvisit visited visitedat visitedon appointment appointmentdate servicedate"
    " jobdate completedat completedon besuch besuchsdatum besuchtam termin termindatum visite datedevisite"
    " datedelavisite rendezvous visita fechadevisita fechadelavisita cita fechadelacita",
    "consent_at": "consentat consentdate consenttime dateofconsent optindate optinat optintime einwilligungam"
    " einwilligungsdatum dateconsentement datedeconsentement fechaconsentimiento fechadeconsentimiento",
    "consent_wording": "consentwording consenttext einwilligungstext texteconsentement textoconsentimiento",
    "consent_source": "consentsource optinsource einwilligungsquelle sourceconsentement origenconsentimiento",
    "consent_channel": "consentchannel optinchannel",
}
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
_MOBILE = re.compile(r"mobil|cell|handy|portable|movil|celular")


@dataclass(frozen=True)
class Layout:
    """How a file is laid out: rows above the headings, whether there are headings, and the field of each column."""

    skipped: int
    has_header: bool
    columns: list[str]


def lay_out(rows: Sequence[Row]) -> Layout:
    """Guess the layout of a file from its first rows."""
    skipped = titles_above(rows)
    header = skipped > 0 or has_header(rows)
    return Layout(skipped, header, guess_columns(rows[skipped:], header=header))


def titles_above(rows: Sequence[Row]) -> int:
    """Return how many rows stand above the headings: a title, the day of the export, a filter.

    None of them has an address, and each has fewer cells than the headings, of which two at least are known.
    """
    for place, row in enumerate(rows[: _MOST_TITLES + 1]):
        if any("@" in cell for cell in row.cells):
            return 0
        known = {_field_of(cell) for cell in row.cells} - {""}
        if len(known) >= 2 or (known and place == 0):
            width = _filled(row)
            return place if all(_filled(above) < width for above in rows[:place]) else 0
    return 0


def _filled(row: Row) -> int:
    return sum(map(bool, row.cells))


def has_header(rows: Sequence[Row]) -> bool:
    """Guess whether the first row names the columns: it has a known heading, or no address where others have one."""
    first, *others = rows[:_SAMPLE]
    if any(_field_of(cell) for cell in first.cells):
        return True
    return not any(map(_is_email, first.cells)) and any(_is_email(cell) for row in others for cell in row.cells)


def guess_columns(rows: Sequence[Row], *, header: bool) -> list[str]:
    """Guess for each column the field that it holds, "" for none. Each field is guessed once at most.

    Of several columns with numbers, one that says so holds that of the mobile.
    """
    width = max(len(row.cells) for row in rows)
    named = rows[0].cells if header else []
    columns = [_field_of(named[place]) if place < len(named) else "" for place in range(width)]
    phones = [place for place, field in enumerate(columns) if field == "mobile_phone_number"]
    mobile = next((place for place in phones if _MOBILE.search(plain(named[place]))), None)
    columns = [
        field
        if field and (place == mobile if mobile is not None and place in phones else columns.index(field) == place)
        else ""
        for place, field in enumerate(columns)
    ]
    if "first_name" in columns and "last_name" not in columns:  # "Vorname, Name", "Prénom, Nom"
        columns = ["last_name" if field == "name" else field for field in columns]
    elif "first_name" in columns:  # the whole name beside its parts, as in Google's contacts
        columns = ["" if field == "name" else field for field in columns]
    for place in range(width):
        cells = [row.cells[place] for row in rows[header:_SAMPLE] if place < len(row.cells) and row.cells[place]]
        for field, is_one in (("email", _is_email), ("mobile_phone_number", _is_number)):
            if not columns[place] and field not in columns and sum(map(is_one, cells)) * 2 > len(cells):
                columns[place] = field
    return columns


def _field_of(heading: str) -> str:
    return _FIELD_OF.get(plain(heading), "")


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _is_number(text: str) -> bool:
    if re.fullmatch(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}.*", text):
        return False  # a date
    return bool(re.fullmatch(r"(\+|00?|\()?[\d\s()./-]{6,20}", text)) and sum(map(str.isdigit, text)) >= 7
