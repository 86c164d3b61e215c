"""The invented world of the demonstration: States and how fast they are, bodies, people, companies, matters.

Everything here is fiction. The names of persons and companies are combined at random; any likeness is chance.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Partner:
    """A State with its share of the work, its pace (1 = usual; more = slower) and the legal bases in use with it."""

    iso2: str
    weight: int
    pace: float
    bases: tuple[str, ...]
    extradition_bases: tuple[str, ...]
    language: str
    authority: str


PARTNERS: Final = (
    Partner("BR", 9, 1.3, ("UNCAC", "UNTOC"), ("UNCAC", "BILATERAL"), "pt", "Department of Assets Recovery and Cooperation"),
    Partner("UA", 8, 1.2, ("ECMA", "UNCAC"), ("ECE",), "uk", "Office of the Prosecutor General"),
    Partner("ES", 8, 0.4, ("EU_EIO", "ECMA"), ("EU_EAW",), "es", "Ministry of Justice, Cooperation Unit"),
    Partner("CH", 7, 0.8, ("ECMA", "UNCAC"), ("ECE",), "fr", "Federal Office of Justice"),
    Partner("NG", 5, 1.7, ("UNCAC",), ("UNCAC",), "en", "Central Authority Unit, Ministry of Justice"),
    Partner("VN", 4, 1.3, ("UNCAC", "UNTOC"), ("UNTOC",), "vi", "Supreme Procuracy, International Department"),
    Partner("KE", 4, 1.4, ("UNCAC", "HARARE_SCHEME"), ("UNCAC", "LONDON_SCHEME"), "en", "Office of the Attorney General"),
    Partner("PE", 3, 1.2, ("UNCAC",), ("UNCAC",), "es", "International Judicial Cooperation Unit"),
    Partner("JP", 3, 0.9, ("UNCAC", "RECIPROCITY"), ("RECIPROCITY",), "ja", "Ministry of Justice, Criminal Affairs"),
    Partner("FR", 7, 0.5, ("EU_EIO", "ECMA"), ("EU_EAW",), "fr", "Bureau of Mutual Assistance"),
    Partner("DE", 7, 0.4, ("EU_EIO", "ECMA"), ("EU_EAW",), "de", "Federal Office of Justice"),
    Partner("IT", 5, 0.6, ("EU_EIO", "ECMA"), ("EU_EAW",), "it", "Directorate General of Criminal Justice"),
    Partner("PL", 5, 0.5, ("EU_EIO", "ECMA"), ("EU_EAW",), "pl", "National Prosecutor's Office"),
    Partner("RO", 4, 0.6, ("EU_EIO",), ("EU_EAW",), "ro", "Ministry of Justice, Cooperation Directorate"),
    Partner("GB", 6, 0.9, ("ECMA", "UNCAC"), ("EU_UK_TCA",), "en", "Central Authority"),
    Partner("US", 6, 1.1, ("UNCAC", "BILATERAL"), ("BILATERAL",), "en", "Office of International Affairs"),
    Partner("TR", 4, 1.2, ("ECMA", "UNCAC"), ("ECE",), "tr", "Directorate General of Foreign Relations"),
    Partner("GE", 3, 0.9, ("ECMA", "UNCAC"), ("ECE",), "ka", "Ministry of Justice, Analytical Department"),
    Partner("MD", 4, 0.8, ("ECMA", "UNCAC"), ("ECE",), "ro", "General Prosecutor's Office"),
    Partner("KZ", 3, 1.2, ("UNCAC", "UNTOC"), ("UNCAC",), "ru", "Prosecutor General's Office"),
    Partner("AE", 4, 1.6, ("UNCAC",), ("UNCAC",), "ar", "International Cooperation Department"),
    Partner("EG", 3, 1.5, ("UNCAC",), ("UNCAC",), "ar", "Office of International Cooperation"),
    Partner("LB", 3, 1.9, ("UNCAC",), ("UNCAC",), "ar", "Court of Cassation, Public Prosecution"),
    Partner("TN", 3, 1.2, ("UNCAC",), ("UNCAC",), "fr", "Directorate of Criminal Affairs"),
    Partner("SN", 2, 1.5, ("UNCAC",), ("UNCAC",), "fr", "Directorate of Criminal Affairs and Pardons"),
    Partner("ZA", 3, 1.3, ("UNCAC",), ("ECE",), "en", "Department of Justice, Chief Directorate"),
    Partner("IN", 4, 1.7, ("UNCAC", "UNTOC"), ("UNCAC",), "en", "Internal Security Division"),
    Partner("TH", 2, 1.3, ("UNCAC", "RECIPROCITY"), ("RECIPROCITY",), "th", "Office of the Attorney General"),
    Partner("MY", 2, 1.2, ("UNCAC", "HARARE_SCHEME"), ("LONDON_SCHEME",), "en", "Attorney General's Chambers"),
    Partner("SG", 3, 0.7, ("UNCAC", "UNTOC"), ("LONDON_SCHEME",), "en", "Attorney General's Chambers, International Affairs"),
    Partner("MX", 3, 1.2, ("UNCAC", "UNTOC"), ("UNCAC",), "es", "Directorate of International Procedures"),
    Partner("PY", 2, 1.6, ("UNCAC",), ("UNCAC",), "es", "Directorate of International Affairs"),
)  # fmt: skip

# (name, type of the directory) of our own side.
OWN_AUTHORITIES: Final = (
    ("Economic Crime Prosecutor", "PROSECUTION"),
    ("District Prosecutor, Harbour District", "PROSECUTION"),
    ("District Court, Riverside", "COURT"),
    ("Court of Appeal", "COURT"),
    ("Asset Recovery Office", "ARO"),
    ("Financial Intelligence Unit", "FIU"),
    ("Anti-Corruption Bureau", "INVESTIGATING"),
    ("Ministry of Justice", "CA_MLA"),
)

OFFICERS: Final = (
    ("caseworker@demo.example", "Marta Lindqvist", "caseworker"),
    ("supervisor@demo.example", "Tomás Okafor", "supervisor"),
    ("admin@demo.example", "Greta Holm", "administrator"),
    ("auditor@demo.example", "Samir Haddad", "auditor"),
    ("dinh@demo.example", "Dinh Thi Hoa", "caseworker"),
    ("kalnina@demo.example", "Ilze Kalniņa", "caseworker"),
    ("benali@demo.example", "Youssef Benali", "caseworker"),
)

GIVEN_NAMES: Final = {
    "pt": ("Renata", "Paulo", "Luciana", "Thiago", "Márcia"), "uk": ("Олена", "Андрій", "Ірина", "Богдан", "Оксана"),
    "es": ("Lucía", "Javier", "Carmen", "Álvaro", "Inés"), "fr": ("Amélie", "Étienne", "Claire", "Moussa", "Fatou"),
    "en": ("Grace", "Daniel", "Ruth", "Emeka", "Priya"), "ar": ("ليلى", "خالد", "نور", "سامي", "هالة"),
    "de": ("Annika", "Jürgen", "Katrin", "Florian", "Heike"), "it": ("Chiara", "Davide", "Elena", "Nicolò", "Paola"),
    "pl": ("Agnieszka", "Łukasz", "Zofia", "Paweł", "Ewa"), "ro": ("Ioana", "Ștefan", "Mihaela", "Vlad", "Doina"),
    "tr": ("Elif", "Çağlar", "Gülşen", "Ozan", "Şule"), "ru": ("Алия", "Тимур", "Сауле", "Руслан", "Марина"),
}  # fmt: skip
FAMILY_NAMES: Final = {
    "pt": ("Azevedo Prado", "Moura Lins", "Teixeira", "Brandão"), "uk": ("Коваленко", "Мельник", "Савчук", "Ткачук"),
    "es": ("Ortega Ruiz", "Navarro", "Quispe Rojas", "Salcedo"), "fr": ("Delorme", "Vasseur", "Ndiaye", "Ben Youssef"),
    "en": ("Adeyemi", "Hartley", "Mwangi", "Nair", "Tan"), "ar": ("الخوري", "منصور", "الشامي", "حداد"),
    "de": ("Brandt", "Vogelsang", "Krüger", "Lindner"), "it": ("Bellandi", "Ferraris", "Montesi", "Galli"),
    "pl": ("Wiśniewska", "Zieliński", "Górska", "Nowicki"), "ro": ("Dumitrescu", "Ciobanu", "Rusu", "Munteanu"),
    "tr": ("Yıldırım", "Aksoy", "Demirtaş", "Koçak"), "ru": ("Ахметов", "Сейткали", "Орлов", "Бекова"),
}  # fmt: skip
TRANSLITERATED: Final = {
    "uk": ("Olena Kovalenko", "Andrii Melnyk", "Iryna Savchuk", "Bohdan Tkachuk"),
    "ar": ("Layla El Khoury", "Khaled Mansour", "Nour Al Shami", "Sami Haddad"),
    "ru": ("Timur Akhmetov", "Saule Seitkali", "Ruslan Orlov", "Marina Bekova"),
}
COMPANIES: Final = (
    "Meridiano Engenharia S.A.", "Blue Heron Trading Ltd", "Nordkap Shipping AS", "Aurum Holdings FZE",
    "Castellana Obras S.L.", "Delta Agro TOV", "Silver Reef Investments Ltd", "Kestrel Consulting GmbH",
    "Lagoon Marine Services Ltd", "Verdant Infrastructure plc", "Orion Medical Supplies SARL", "Halcyon Energy B.V.",
)  # fmt: skip

# (subject, item types, offences); {person} and {company} are filled in.
MATTERS: Final = (
    ("Bank and company records of {company}; statement of {person}", ("DOCUMENTS", "STATEMENT"), ("UNCAC_15b", "UNCAC_23")),
    ("Account records of {person} and freezing of the balance", ("DOCUMENTS", "AR_TRACE_FREEZE"), ("UNCAC_23",)),
    ("Search of premises of {company} and seizure of accounting records", ("SEARCH_SEIZE", "DOCUMENTS"), ("UNCAC_17", "UNCAC_23")),
    ("Hearing of {person} as a witness by video link", ("VIDEO",), ("UNCAC_15a",)),
    ("Service of summons on {person}", ("SERVICE",), ("UNCAC_22",)),
    ("Beneficial owners and bank records of {company}", ("INFO_EVIDENCE", "DOCUMENTS"), ("UNCAC_16_1", "UNCAC_23")),
    ("Statement of {person}; records of payments by {company}", ("STATEMENT", "DOCUMENTS"), ("UNCAC_15a", "UNCAC_18")),
    ("Tracing of proceeds held through {company}", ("AR_TRACE_FREEZE", "TRACE_EVID"), ("UNCAC_20", "UNCAC_23")),
    ("Enforcement of a confiscation order against {person}", ("AR_CONFISCATE_ORDER",), ("UNCAC_17",)),
    ("Preservation and disclosure of e-mail account data of {person}", ("DATA_PRESERVE", "DATA_ACCESS"), ("OTHER",)),
    ("Land register and company register extracts on {person}", ("PUBLIC_RECORDS",), ("UNCAC_20",)),
    ("Return of assets confiscated from {person}", ("AR_RETURN",), ("UNCAC_17", "UNCAC_23")),
    ("Statement of {person}, detained, by temporary transfer", ("PRISONER_TRANSFER",), ("UNTOC_5",)),
    ("Procurement files and bank records concerning {company}", ("DOCUMENTS", "EXAMINE"), ("UNCAC_19", "UNCAC_15b")),
)  # fmt: skip

EXTRADITION_MATTERS: Final = (
    ("Extradition of {person}, embezzlement of public funds", ("UNCAC_17", "UNCAC_23")),
    ("Extradition of {person}, bribery of officials", ("UNCAC_15a",)),
    ("Extradition of {person}, laundering of proceeds", ("UNCAC_23", "UNTOC_6")),
    ("Extradition of {person}, participation in a criminal group", ("UNTOC_5",)),
    ("Extradition of {person}, abuse of functions and bribery", ("UNCAC_19", "UNCAC_15b")),
)

OPERATIONS: Final = ("", "", "", "", "", "Operation Lantern", "Operation Tidewater", "Operation Granite")
COURTS: Final = ("District Court, Riverside", "Court of Appeal")
