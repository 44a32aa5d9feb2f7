"""Who appears in the demo, and what they write about. All domains end in `.example` (RFC 2606)."""

from __future__ import annotations

from random import Random

from replywatch.demo.letters import Person
from replywatch.demo.plan import Company

COMPANY = Company(
    name="Tischlerei Brandt",
    domain="brandt-tischlerei.example",
    address="info@brandt-tischlerei.example",
    webform="website@brandt-tischlerei.example",
)
OFFICE = Person(COMPANY.name, COMPANY.address, "thunderbird")
WEBSITE = Person("Webseite Tischlerei Brandt", COMPANY.webform, "webform")
COLLEAGUES = (
    Person("Katrin Brandt", f"katrin.brandt@{COMPANY.domain}", "outlook"),
    Person("Jörg Brandt", f"joerg.brandt@{COMPANY.domain}", "phone"),
    Person("Sabine Köhler", f"s.koehler@{COMPANY.domain}", "thunderbird"),
)
SUPPLIERS = (
    Person("Holzhandel Grünwald", "verkauf@holz-gruenwald.example", "outlook"),
    Person("Beschläge Maurer GmbH", "auftrag@beschlaege-maurer.example", "outlook"),
    Person("Glaserei Petersen", "kontakt@glaserei-petersen.example", "thunderbird"),
)
NEWSLETTERS = (
    ("Holz & Handwerk", "newsletter@holz-handwerk.example", "Neues aus der Werkstatt, Ausgabe {n}"),
    ("Maschinenmarkt", "news@maschinenmarkt.example", "Angebote der Woche: Sägeblätter und Fräser ({n})"),
    ("Innungsbrief", "rundschreiben@innung-nord.example", "Rundschreiben {n}: Termine und Lehrgänge"),
    ("Workshop Weekly", "hello@workshop-weekly.example", "Issue {n}: sharper tools, calmer customers"),
)
NOTIFICATIONS = (
    ("Paketdienst", "noreply@paket-nord.example", "Ihre Sendung {n} wurde zugestellt"),
    ("Hausbank", "no-reply@hausbank.example", "Neuer Kontoauszug im Postfach ({n})"),
    ("Terminbuch", "nicht-antworten@terminbuch.example", "Erinnerung: Wartung der Absaugung, Auftrag {n}"),
    ("Cloud Backup", "donotreply@cloudbackup.example", "Backup {n} completed"),
)
PITCHES = (
    ("Growth Partner", "Your website could rank on page one"),
    ("Max Müller", "Firmenkredit ohne Schufa, sofort verfügbar"),
    ("Olga", "Holzpellets direkt ab Werk, 40 % billiger"),
    ("SEO Team", "Quick question about your web site"),
)

FIRST_DE = (
    "Anna",
    "Jürgen",
    "Müzeyyen",
    "Lukas",
    "Käthe",
    "Stefan",
    "Renate",
    "Björn",
    "Heike",
    "Tobias",
    "Günter",
    "Claudia",
    "Uwe",
    "Silke",
    "Matthias",
    "Ute",
    "Florian",
    "Sönke",
    "Birgit",
    "Holger",
    "Marie",
    "Jens",
    "Özlem",
    "Frank",
    "Petra",
    "Rüdiger",
    "Lea",
    "Hannes",
    "Gisela",
    "Paul",
)
LAST_DE = (
    "Schröder",
    "Lenz",
    "Krüger",
    "Winter",
    "Hoffmann",
    "Böhm",
    "Petersen",
    "Çelik",
    "Jäger",
    "Vogt",
    "Schäfer",
    "Neumann",
    "Groß",
    "Brückner",
    "Fuchs",
    "Möller",
    "Sommer",
    "Kühn",
    "Ziegler",
    "Albrecht",
    "Förster",
    "Nowak",
    "Haase",
    "Döring",
    "Seidel",
    "Peters",
    "Köster",
    "Marx",
    "Thoma",
    "Wolff",
)
FIRST_EN = (
    "Emily",
    "James",
    "Olivia",
    "Thomas",
    "Grace",
    "Peter",
    "Hannah",
    "Michael",
    "Laura",
    "Daniel",
    "Zoë",
    "Aisha",
    "Robert",
    "Mónica",
)
LAST_EN = (
    "Carter",
    "Wright",
    "O'Brien",
    "Nielsen",
    "Hughes",
    "Bennett",
    "Fraser",
    "Clarke",
    "Novák",
    "Patel",
    "Walsh",
    "Turner",
    "García",
    "Reid",
)
MAIL_DOMAINS = ("post.example", "webpost.example", "freemail.example", "mailbuero.example", "briefkasten.example")
TRANSLITERATION = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ö": "Oe", "ë": "e", "ó": "o", "í": "i", "á": "a", "Ç": "C", "'": ""}
)

SUBJECTS_DE = (
    "Anfrage: {}",
    "Angebot für {}?",
    "{} nach Maß",
    "Frage zu {}",
    "Termin für das Aufmaß: {}",
    "Reparatur: {}",
    "Was kostet {}?",
    "{}, Lieferzeit",
)
THINGS_DE = (
    "Küchentisch aus Eiche",
    "Einbauschrank unter der Dachschräge",
    "Haustür aus Lärche",
    "fünf Zimmertüren",
    "Treppengeländer",
    "raumhohes Bücherregal",
    "Fensterläden im Altbau",
    "Theke für unsere Bäckerei",
    "Gartentor mit Pforte",
    "Dielenboden im Flur",
    "Garderobe für die Praxis",
    "Hochbett im Kinderzimmer",
)
SUBJECTS_EN = ("Quote for {}", "Question about {}", "{}: lead time?", "Enquiry: {}", "Repair of {}")
THINGS_EN = (
    "an oak dining table",
    "built-in wardrobe",
    "two sash windows",
    "walnut shelves",
    "a front door in larch",
    "stair treads",
    "reception desk",
)
TRIVIAL_SUBJECTS = {"de": ("Anfrage", "Frage", "Hallo"), "en": ("Enquiry", "Question")}
PROGRAMS = ("thunderbird", "outlook", "phone", "webmail")

BODIES = {
    ("inbound", "de"): (
        "Guten Tag,\n\nkönnen Sie mir dazu bitte etwas sagen?\n\nFreundliche Grüße",
        "Hallo,\n\nmelden Sie sich gern, am besten abends.\n\nViele Grüße",
        "Sehr geehrte Damen und Herren,\n\nüber eine Antwort würde ich mich freuen.",
    ),
    ("outbound", "de"): (
        "Guten Tag,\n\ndas machen wir gern. Die Maße finden Sie unten.\n\nTischlerei Brandt",
        "Hallo,\n\nwir kommen am Donnerstag vorbei.\n\nIhre Tischlerei Brandt",
    ),
    ("internal", "de"): ("Schaust du bitte?", "Erledigt."),
    ("inbound", "en"): (
        "Hello,\n\ncould you let me know, please?\n\nKind regards",
        "Hi,\n\nany idea what that would cost?\n\nThanks",
    ),
    ("outbound", "en"): (
        "Hello,\n\nhappy to help; the figures are below.\n\nTischlerei Brandt",
        "Hello,\n\nThursday suits us.\n\nTischlerei Brandt",
    ),
    ("internal", "en"): ("Could you take this one?",),
}
MACHINE_BODIES = ("Diese Nachricht wurde automatisch verschickt.", "This message was sent automatically.")


class Cast:
    """Finds a new customer, with an address nobody else has, each time one is asked for."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._taken: set[str] = set()

    def customer(self) -> Person:
        """Somebody who never wrote before."""
        language = "en" if self.rng.random() < 0.22 else "de"
        first = self.rng.choice(FIRST_EN if language == "en" else FIRST_DE)
        last = self.rng.choice(LAST_EN if language == "en" else LAST_DE)
        a, b = (part.translate(TRANSLITERATION).lower() for part in (first, last))
        local = self.rng.choice((f"{a}.{b}", f"{a[0]}.{b}", f"{a}{b}", f"{b}.{a}"))
        domain = f"{b}-{a}.example" if self.rng.random() < 0.15 else self.rng.choice(MAIL_DOMAINS)
        address = f"{local}@{domain}"
        number = 2
        while address in self._taken:
            address = f"{local}{number}@{domain}"
            number += 1
        self._taken.add(address)
        return Person(f"{first} {last}", address, self.rng.choice(PROGRAMS), language)

    def subject(self, language: str, *, trivial: bool = False) -> str:
        """What a customer asks for; `trivial` gives one that says nothing, such as "Anfrage"."""
        if trivial:
            return self.rng.choice(TRIVIAL_SUBJECTS[language])
        if language == "en":
            return self.rng.choice(SUBJECTS_EN).format(self.rng.choice(THINGS_EN))
        return self.rng.choice(SUBJECTS_DE).format(self.rng.choice(THINGS_DE))
