"""CSV files as spreadsheets and other programs write them: their delimiter, rows and columns."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.requests.csv_encoding import Unreadable

MOST_ROWS = 100_000
MOST_COLUMNS = 100
_SAMPLE = 20  # rows that are looked at to guess

# Fields that a column may hold, by their names in the API; "name" is a whole name, which is taken apart.
FIELDS = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "name": _("Full name"),
    "email": _("E-mail"),
    "mobile_phone_number": _("Mobile number"),
    "company_name": _("Company"),
    "external_id": _("Your own id of the job"),
    "time_zone": _("Time zone"),
    "delay_hours": _("Hours to wait"),
    "consent_at": _("Consent: when"),
    "consent_wording": _("Consent: in which words"),
    "consent_source": _("Consent: where"),
    "consent_channel": _("Consent: to email, sms or both"),
}
# Headings of such columns, in small letters, without spaces or punctuation.
_HEADINGS = {
    "first_name": "firstname forename givenname first vorname prenom nombre nombredepila",
    "last_name": "lastname surname familyname last nachname familienname nomdefamille apellido apellidos",
    "name": "name fullname customer customername contact contactname client clientname kunde kundenname kontakt nom"
    " nomcomplet nombrecompleto nombreyapellidos cliente",
    "email": "email emailaddress mail mailaddress emailadresse mailadresse courriel adresseemail adressemail correo"
    " correoelectronico emailde",
    "mobile_phone_number": "mobilephonenumber mobile mobilephone mobilenumber cell cellphone cellnumber phone"
    " phonenumber telephone tel handy handynummer mobilnummer telefon telefonnummer mobiltelefon portable telephone"
    " numerodetelephone movil telefono telefonomovil celular",
    "company_name": "company companyname business organisation organization firma unternehmen societe entreprise"
    " empresa",
    "external_id": "externalid id jobid jobnumber job orderid ordernumber order invoice invoicenumber reference ref"
    " rechnungsnummer auftragsnummer auftrag bestellnummer numerodecommande factura pedido",
    "time_zone": "timezone tz zeitzone fuseauhoraire zonahoraria",
    "delay_hours": "delayhours delay hourstowait",
    "consent_at": "consentat consentdate consenttime dateofconsent optindate optinat optintime einwilligungam"
    " einwilligungsdatum dateconsentement datedeconsentement fechaconsentimiento fechadeconsentimiento",
    "consent_wording": "consentwording consenttext einwilligungstext texteconsentement textoconsentimiento",
    "consent_source": "consentsource optinsource einwilligungsquelle sourceconsentement origenconsentimiento",
    "consent_channel": "consentchannel optinchannel",
}
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}


@dataclass(frozen=True)
class Row:
    """One row of the file. `line`: where it ends in the file, counted from 1."""

    line: int
    cells: list[str]


def delimiter_of(text: str) -> str:
    """Guess the delimiter: the one that makes the most columns in most of the first rows."""
    if match := re.match(r'sep=([^"\r])\r?\n', text):  # Excel's own way to say it; a quote or line break is none
        return match[1]

    def columns(delimiter: str) -> tuple[int, int]:
        widths = [len(row.cells) for row in _first(text, delimiter)]
        usual = max(set(widths), key=widths.count)
        return (widths.count(usual) if usual > 1 else 0), usual

    return max(",;\t|", key=columns)


def rows_of(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not empty. Raises Unreadable where quotes or columns are beyond repair."""
    reader = csv.reader(io.StringIO(re.sub(r"^sep=.\r?\n", "\n", text), newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > MOST_COLUMNS:
                    raise Unreadable(
                        gettext("Line %(line_num)s has more than %(most_columns)s columns.")
                        % {"line_num": reader.line_num, "most_columns": MOST_COLUMNS}
                    )
                yield Row(reader.line_num, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise Unreadable(
            gettext("Line %(line_num)s cannot be read: %(error)s.") % {"line_num": reader.line_num, "error": error}
        ) from error


def _first(text: str, delimiter: str) -> list[Row]:
    return [row for row, _ in zip(rows_of(text, delimiter), range(_SAMPLE), strict=False)]


# --- Columns -----------------------------------------------------------------------------------


def has_header(rows: Sequence[Row]) -> bool:
    """Guess whether the first row names the columns: it has a known heading, or no address where others have one."""
    first, *others = rows[:_SAMPLE]
    if any(_field_of(cell) for cell in first.cells):
        return True
    return not any(map(_is_email, first.cells)) and any(_is_email(cell) for row in others for cell in row.cells)


def guess_columns(rows: Sequence[Row], *, header: bool) -> list[str]:
    """Guess for each column the field that it holds, "" for none. Each field is guessed once at most."""
    width = max(len(row.cells) for row in rows)
    named = rows[0].cells if header else []
    columns = [_field_of(named[place]) if place < len(named) else "" for place in range(width)]
    columns = [field if field and columns.index(field) == place else "" for place, field in enumerate(columns)]
    if "first_name" in columns and "last_name" not in columns:  # "Vorname, Name", "Prénom, Nom"
        columns = ["last_name" if field == "name" else field for field in columns]
    for place in range(width):
        cells = [row.cells[place] for row in rows[header:_SAMPLE] if place < len(row.cells) and row.cells[place]]
        for field, is_one in (("email", _is_email), ("mobile_phone_number", _is_number)):
            if not columns[place] and field not in columns and sum(map(is_one, cells)) * 2 > len(cells):
                columns[place] = field
    return columns


def _field_of(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading).casefold()
    return _FIELD_OF.get("".join(letter for letter in plain if letter.isascii() and letter.isalpha()), "")


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
