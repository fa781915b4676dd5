"""Makes phonemes.csv: words of Debian's list wamerican, and how espeak-ng says them.

    apt-get install wamerican espeak-ng
    python3 phonemes.py > ../phonemes.csv

12,000 words of 3 to 12 letters a to z, drawn at random with a fixed seed. A row is a word and its phonemes in IPA, set
apart by spaces, stress marks in front of the vowel they belong to as symbols of their own.
"""

import random
import subprocess

COUNT = 12000

with open("/usr/share/dict/american-english", encoding="utf-8") as file:
    words = [line.strip() for line in file]
words = sorted({w for w in words if w.isascii() and w.isalpha() and w == w.lower() and 3 <= len(w) <= 12})
words = random.Random(1).sample(words, COUNT)
spoken = subprocess.run(
    ["espeak-ng", "-q", "-v", "en-us", "--ipa", "--sep= "],
    input="\n\n".join(words) + "\n", capture_output=True, text=True, check=True,
).stdout.splitlines()
spoken = [line.strip() for line in spoken if line.strip()]
assert len(spoken) == len(words), (len(spoken), len(words))
print("word,phonemes")
for word, line in zip(words, spoken):
    symbols = []
    for symbol in line.split():
        while symbol and symbol[0] in "ˈˌ":
            symbols.append(symbol[0])
            symbol = symbol[1:]
        if symbol:
            symbols.append(symbol)
    print(f"{word},{' '.join(symbols)}")
