"""Makes languages.csv of the word lists of Debian's packages wamerican, wfrench, wngerman, witalian and wspanish.

    apt-get install wamerican wfrench wngerman witalian wspanish
    python3 languages.py > ../languages.csv

3,000 words a language, drawn at random with a fixed seed, in lower case (German nouns would be known by their capitals),
of 3 to 14 letters. Words that are in several of the lists have no one answer and are left out, and so are names and
abbreviations: words with capitals, in languages other than German.
"""

import random
import unicodedata

LISTS = {
    "English": "american-english",
    "French": "french",
    "German": "ngerman",
    "Italian": "italian",
    "Spanish": "spanish",
}
COUNT = 3000


def words(language, name):
    with open(f"/usr/share/dict/{name}", encoding="utf-8") as file:
        lines = [unicodedata.normalize("NFC", line.strip()) for line in file]
    if language != "German":
        lines = [line for line in lines if line == line.lower()]
    return {line.lower() for line in lines if line.isalpha() and 3 <= len(line) <= 14}


lists = {language: words(language, name) for language, name in LISTS.items()}
chosen = []
for language, own in lists.items():
    others = set().union(*(other for name, other in lists.items() if name != language))
    chosen += [(word, language) for word in random.Random(1).sample(sorted(own - others), COUNT)]
random.Random(2).shuffle(chosen)
print("text,label")
for word, language in chosen:
    print(f"{word},{language}")
