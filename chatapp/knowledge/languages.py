"""The language of a text: by its script, and in Latin letters by its commonest words."""

from __future__ import annotations

import re
from collections import Counter

from chatapp.knowledge.letters import fold

STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
"""The languages whose endings are known, by code, as https://snowballstem.org names them."""

STOP_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "ca": """
            a al als amb aquest aquesta com d de del dels el els en es esta ha han i l la les li mes
            no on o pel per pero que quan quina quins s se seva si son te tot un una us""",
        "cs": """
            a aby ale ani by byl byla bylo co do i jak jako je jeho jejich jen jsem jsou jste k kde
            kdy ke ktera ktere ktery mezi na nebo neni o od pak po pod podle pokud pri pro proc s se
            si tak take to tomu u v vam ve vice vsak z za ze""",
        "da": """
            af alle at blev bliver da de deg dem den der deres det dette dig din disse dog du efter
            eller en er et for fra har hvad hvem hvis hvor hvordan hvornar i ikke jeg kan man med
            meget men min mit nar noget nogle og ogsa om op os over pa sig skal som til ud under vi
            vil ville vores var ved""",
        "de": """
            aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim
            bin bis bist da damit dann darf das dass dazu dein deine dem den denn der des deshalb
            die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen
            einer eines er es etwa etwas euch fur gibt hab habe haben hat hatte hier hin ich ihm ihn
            ihnen ihr ihre ihrem ihren ihrer im in ins ist jede jedem jeden jeder jedes jetzt kann
            kannst kein keine keinen konnen konnt konnte man manche mein meine meinem meinen meiner
            mich mir mit muss mussen musst nach nicht nichts noch nun nur ob oder ohne sehr sein
            seine seinem seinen seiner seit selbst sich sie sind so soll sollte sondern sowie uber
            um und uns unser unsere unter vom von vor wann war waren warum was weil welche welchem
            welchen welcher welches wem wen wenn wer werde werden wessen wie wieso wieviel will wir
            wird wirst wo wohin woher wurde wurden wurde zu zum zur zwar zwischen""",
        "en": """
            a about after again all also am an and any are aren as at be because been before being
            between both but by can cannot could couldn d did didn do does doesn doing don done each
            for from further had hadn has hasn have haven having he her here hers him his how i if
            in into is isn it its itself just ll m may me might more most must my no nor not of on
            once only or other our ours out over own re s same shall she should shouldn so some such
            t than that the their theirs them then there these they this those through to too under
            until up us ve very was wasn we were weren what when where which while who whom whose
            why will with without won would wouldn you your yours yourself""",
        "es": """
            a al algo alguna algunas alguno algunos ante antes aquel asi aun aunque cada como con
            contra cual cuales cualquier cuando cuanta cuantas cuanto cuantos de debe deben del
            desde donde dos durante e el ella ellas ellos en entre era es esa ese eso esta estan
            estar estas este esto estos fue ha hace hacer hacia han hasta hay la las le les lo los
            mas me mi mis mucho muy nada ni no nos nosotros o otra otras otro otros para pero poco
            por porque puede pueden puedo que quien quienes se sea segun ser si sido sin sobre son
            soy su sus tal tambien tan tanto te tengo tiene tienen toda todas todo todos tu tus un
            una unas uno unos usted ustedes y ya yo""",
        "et": """
            aga ei et ja ka kas kes kui kuid kuidas ma mida mis mitte ning nii oli olla oma on peab
            saab see seda selle siis ta te tema teda veel voi""",
        "eu": """
            bat da dago dira dituzte du dute edo egin egiten ere eta ez ezin hau hori izan nola zer
            zein""",
        "fi": """
            ei ettei etta he han hanen ja jo joka jos jotka kanssa kuin kuinka kun me mika mikali
            miksi milloin minun mita missa mukaan mutta myos ne niin niiden nyt olla oli ole on ovat
            sen se sita taman tama tai te tulee vain voi voit voivat""",
        "fr": """
            a afin ai ainsi alors apres au aucun aucune aussi autre autres aux avant avec avez avoir
            avons c car ce ceci cela celle celles celui ces cet cette ceux chaque chez combien comme
            comment d dans de depuis des dois doit doivent donc dont du elle elles en encore entre
            es est et etait etant ete etes etre eux fait faire faut ici il ils j je jusqu l la le
            les leur leurs lors lorsque lui m ma mais me meme memes mes moi moins mon n ne ni nos
            notre nous on ont ou par parce pas pendant peu peut peuvent peux plus plusieurs pour
            pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa sans se selon sera
            ses si sinon soit son sont sous suis sur t ta te tes toi ton tous tout toute toutes tres
            tu un une vers vos votre vous y""",
        "ga": """
            a agus an ar as bhi cad conas do faoi go ina is le leis na ni no nuair o seo sin ta
            tar""",
        "hu": """
            a az azt de egy egyik el es ez ezt ha hogy hogyan is itt kell lehet meg mert mi mikor
            mint mit nem nincs olyan szerint van vagy volt""",
        "id": """
            ada adalah agar akan aku anda antara apa apabila apakah atas atau bagaimana bagi bahwa
            bisa berapa belum bila boleh bukan dalam dan dapat dari demikian dengan di dia dilakukan
            harus hanya hingga ia ini itu jadi jika juga kah kalau kami kamu kapan karena kata ke
            kepada ketika kita lagi lain lebih maka mana masih melakukan menjadi mereka merupakan
            namun nya oleh pada para per pun saat saja sampai sangat saya sebagai sebelum sebuah
            secara sedang sejak selama seluruh semua seperti serta sesuai setelah setiap siapa
            sudah suatu supaya tapi telah tentang terhadap tersebut tetapi tidak untuk yaitu yang
            yakni""",
        "it": """
            a ad agli ai al alla alle allo anche ancora avere c che chi ci ciascuno come con cosa
            cui da dagli dai dal dalla dalle de degli dei del della delle dello deve devono di dopo
            dove e ed era essere fa fino fra gli ha hai hanno ho i il in io l la le lei li lo loro
            lui ma mi mia mio molto ne nei nel nella nelle nello noi non nostra nostro o ogni per
            perche piu po poi possono posso prima puo qual quale quali quando quanta quante quanti
            quanto quella quelle quello questa queste questi questo qui sara se sei senza si sia
            sono sopra sotto sta su sua sue sugli sui sul sulla suo tra tu tutte tutti tutto un una
            uno vi voi""",
        "lt": """
            ar arba bei bet buti gali ir is iki jei jeigu jo ju kad kai kaip kas kur kuri kurie
            kuris nera ne nuo o per po prie su tai turi uz yra""",
        "nl": """
            aan al alle alleen als ander andere ben bij bijna daar dan dat de deze die dit door dus
            een eens en er geen had heb hebben hebt heeft hem het hier hij hoe hoeveel hun iets ik
            in is ja je jij jou jouw jullie kan kun kunnen kunt maar mag me meer men met mij mijn
            moet moeten mogen na naar niet niets nog nu of om omdat onder ons onze ook op over per
            reeds te tegen ten ter toch toen tot tussen u uit uw van veel voor waar waarom wanneer
            was wat we wel welk welke werd wie wij wil word worden wordt zal ze zelf zich zij zijn
            zo zoals zonder zou""",
        "no": """
            alle at av ble blir da de deg dem den denne der deres det dette din disse du eller en er
            et etter for fra ha han har hun hva hvem hver hvilke hvis hvor hvordan hvorfor i ikke
            jeg kan man med meg men min mitt mot nar noe noen og ogsa om opp oss over pa se seg selv
            sin skal som til ut var ved vi vil vare""",
        "pl": """
            a aby albo ale bedzie bez by byc byl byla bylo co czy dla do gdy gdzie go i ich ile jak
            jaka jakie jako jej jego jest jesli jestem juz kazdy kiedy kto ktora ktore ktory ktorych
            ktorzy lub ma mnie moga moge moze mozna musi na nad nie niz o od oraz po pod przed przez
            przy sa sie sobie ta tak takze tego tej ten to tych tylko tym u w wiecej wszystkie z za
            ze""",
        "pt": """
            a ainda ante antes ao aos apos aquela aquele as assim ate cada com como contra da das de
            deve devem do dos e ela elas ele eles em entre era essa esse esta estao estar estas este
            eu foi for ha isso isto ja la lhe mais mas me menos mesmo meu minha muito na nao nas nem
            no nos nossa nosso num numa o onde os ou outra outro outros para pela pelas pelo pelos
            pode podem por porque posso qual quais qualquer quando quanta quantas quanto quantos que
            quem sao se seja sem ser sera seu seus sido so sobre sua suas tal tambem tem tenho ter
            teu todas todo todos tua tudo um uma umas uns voce voces""",
        "ro": """
            a acest aceasta al ale am ar are asupra au ca care cat ce cel cele cu cum cand daca de
            despre din dupa ea ei el este eu fara fi fie fost in intre la mai mea meu nu o pe pentru
            poate prin sa sau se si sunt unde un una unei unor""",
        "sv": """
            alla allt att av bara bli blir da de dem den denna deras dess det detta dig din ditt du
            efter ej eller en er ett fran for ha han har hon hur i icke inte jag kan man med mellan
            men mig min mitt mot mycket nar nagon nagot ni och ocksa om oss over pa sa sig sin
            sitta ska skall som till under upp ut vad var vara varfor vem vi vid vilka vilken vilket
            vill at""",
        "tr": """
            ama ancak bir bu cok da daha de degil diger en gibi hangi hem her icin ile ise kac kadar
            ki mi mu nasil ne neden nerede o olan olarak oldugu olur once onun sonra su tum uzere
            var ve veya ya yok""",
        "ru": """
            а без более бы был была были было быть в вам вас весь во вот все всех всего вы где да
            для до его ее если есть еще же за здесь и из или им их к как какие какой когда кто ли
            либо меня мне может можно мой мы на над надо нас наш не него нее нет ни них но ну о об
            он она они оно от очень по под после при про с свои свой себя сколько со так также
            такой там то того тоже только том ты у уже чего чем что чтобы эта эти
            это этого этом этот я""",
        "el": """
            αν απο αυτα αυτη αυτο για γιατι δεν εαν ειμαι ειναι ενα ενας εχει η θα και κατα με μη
            μια μου να ο οι οπως οταν οτι που πως πρεπει πριν προς πωσ σας σε σου στη στην στις στο
            στον στους τα τη την της τι τις το τον του τους των ως""",
        "ar": """
            ا ان الى او اي اين اذا التي الذي الذين اما انا انت ب بعد بين تم ثم حتى ذلك عن على عند
            عندما غير في قبل قد كان كانت كل كم كيف ل لا لم لن له لها ليس ما متى مع من منذ ماذا هذا
            هذه هل هم هو هي و يكون يمكن""",
        "hi": """
            आप इस इसके उस एक और कब कर करने कहाँ का कितना कितने कि की के को कैसे कौन क्या क्यों गया
            जब जा जो तक तो था थी थे दिया द्वारा नहीं ने पर भी मैं में मेरे यदि यह या ये लिए वह वे सकता सकते से
            हम ही हुआ हूँ है हैं हो होता होती""",
    }.items()
}
"""Words that say little, as `letters.fold` writes them."""

_SAMPLES, _SAMPLE = 4, 4_000
_SURE = 0.08
"""The share of a text's words that must be the language's commonest ones."""

_SCRIPTS = tuple(
    (language, re.compile(f"[{letters}]"))
    for language, letters in {
        "ja": "\u3040-\u30ff\u31f0-\u31ff",
        "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
        "zh": "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff",
        "th": "\u0e00-\u0e7f",
        "lo": "\u0e80-\u0eff",
        "my": "\u1000-\u109f",
        "km": "\u1780-\u17ff",
        "ru": "\u0400-\u04ff",
        "el": "\u0370-\u03ff",
        "ar": "\u0600-\u06ff",
        "he": "\u0590-\u05ff",
        "hi": "\u0900-\u097f",
        "ta": "\u0b80-\u0bff",
        "hy": "\u0530-\u058f",
        "": "a-zA-Z\u00c0-\u024f",
    }.items()
)


def language_of(text: str) -> str:
    """The code of a text's language (ISO 639-1); empty where that is not sure."""
    sample = _sample(text)
    counts = {language: len(letters.findall(sample)) for language, letters in _SCRIPTS}
    if not any(counts.values()):
        return ""
    if counts["ja"] > counts["zh"] / 10:  # Japanese is written with Chinese characters, too
        counts["ja"] += counts.pop("zh")
    script = max(counts, key=lambda language: counts[language])
    return script or _by_words(sample)


def _sample(text: str) -> str:
    """Pieces from all over a long text."""
    if len(text) <= _SAMPLES * _SAMPLE:
        return text
    starts = range(0, len(text), len(text) // _SAMPLES)
    return " ".join(text[start : start + _SAMPLE] for start in starts)


def _by_words(sample: str) -> str:
    words = Counter(re.findall(r"[^\W\d_]+", fold(sample)))
    common = {
        language: sum(words[word] for word in stop_words & words.keys())
        for language, stop_words in STOP_WORDS.items()
    }
    first, second = sorted(common, key=lambda language: -common[language])[:2]
    sure = common[first] > common[second] and common[first] >= _SURE * words.total()
    return first if sure else ""
