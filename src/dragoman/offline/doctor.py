"""What the embedded ELIZA knows: keywords, patterns and answers, as data.

The form is Weizenbaum's (Communications of the ACM 9(1), 1966, pp. 36-45); the words are this library's own.

- A keyword has a rank; the highest rank in what the user said is tried first.
- A pattern is words, `*` for any number of words, `+` for at least one, and `@group` for one word of a group. All but
  the words are numbered from 1; an answer quotes them as `{1}`, `{2}`, with the persons exchanged.
- Answers of a pattern are used in turn. `=word` hands over to another keyword, `~` tries the next one.
- What `MEMORY` makes of a sentence about something of the user's is kept, and said when nothing else comes to mind.
"""

from __future__ import annotations

__all__ = ["GREETING", "GROUPS", "KEYWORDS", "MEMORY", "NONE", "POST", "PRE", "Keyword"]

Rule = tuple[str, tuple[str, ...]]
Keyword = tuple[int, tuple[Rule, ...]]

GREETING = "Hello, I am Eliza. What is on your mind?"

# Before anything is matched: contractions are opened, and words that mean the same become one.
PRE: dict[str, str] = {
    "i'm": "i am",
    "i've": "i have",
    "i'd": "i would",
    "i'll": "i will",
    "you're": "you are",
    "you've": "you have",
    "you'll": "you will",
    "it's": "it is",
    "that's": "that is",
    "what's": "what is",
    "dont": "don't",
    "cant": "can't",
    "cannot": "can't",
    "wont": "won't",
    "mom": "mother",
    "mum": "mother",
    "dad": "father",
    "kids": "children",
    "everybody": "everyone",
    "nobody": "noone",
    "recollect": "remember",
    "recall": "remember",
    "dreamt": "dreamed",
    "hi": "hello",
    "hey": "hello",
    "bye": "goodbye",
    "perhaps": "maybe",
    "certainly": "yes",
    "yeah": "yes",
    "nope": "no",
    "thank": "thanks",
    "robot": "computer",
    "machine": "computer",
    "program": "computer",
    "ai": "computer",
    "same": "alike",
    "lonely": "alone",
    "scared": "afraid",
    "exhausted": "tired",
    "job": "work",
}

# In what an answer quotes: the persons change places.
POST: dict[str, str] = {
    "i": "you",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "am": "are",
    "you": "I",
    "your": "my",
    "yours": "mine",
    "yourself": "myself",
}

GROUPS: dict[str, frozenset[str]] = {
    "family": frozenset(
        {
            "mother",
            "father",
            "sister",
            "brother",
            "wife",
            "husband",
            "partner",
            "son",
            "daughter",
            "children",
            "parents",
            "family",
        }
    ),
    "low": frozenset(
        {"sad", "unhappy", "depressed", "down", "miserable", "sick", "hopeless", "anxious", "upset", "stuck", "worried"}
    ),
    "high": frozenset({"happy", "glad", "elated", "pleased", "proud", "relieved", "better", "well", "calm"}),
    "want": frozenset({"want", "need", "wish", "desire", "crave"}),
    "belief": frozenset({"think", "believe", "feel", "suppose", "guess", "know"}),
    "be": frozenset({"am", "is", "are", "was", "were"}),
    "who": frozenset({"everyone", "noone", "people", "they", "all"}),
}

NONE: tuple[str, ...] = (
    "Please go on.",
    "I am not sure I follow; can you say it another way?",
    "What does that bring to mind?",
    "Stay with that a little longer.",
    "Does talking about this come easily to you?",
)

MEMORY: tuple[Rule, ...] = (
    ("* my +", ("Let us go back to something you said: your {2}.",)),
    ("* my +", ("Earlier you came to speak of it: your {2}. Does it have to do with this?",)),
    ("* my +", ("I still wonder about one thing: your {2}.",)),
)

KEYWORDS: dict[str, Keyword] = {
    "hello": (0, (("*", ("Hello. What brings you here?", "Good to hear from you. What is going on?")),)),
    "goodbye": (1, (("*", ("Goodbye. Come back whenever you like.", "Until next time, then.")),)),
    "thanks": (0, (("*", ("You are welcome. What else is there?", "Not at all; you did the talking.")),)),
    "sorry": (0, (("*", ("No need for apologies.", "What makes you apologise?", "There is nothing to forgive here.")),)),
    "remember": (
        5,
        (
            ("* i remember +", ("How often does {2} come back to you?", "What else comes with {2}?", "Why {2}, and why today?")),
            ("* do you remember +", ("Did you expect me to forget {2}?", "What should I have kept of {2}?", "=what")),
            ("*", ("~",)),
        ),
    ),
    "if": (
        3,
        (("* if +", ("How likely is it that {2}?", "Do you wish that {2}?", "And if {2}, what then?")),),
    ),
    "dreamed": (
        4,
        (
            ("* i dreamed +", ("You dreamed {2}?", "Who else was there when you dreamed {2}?", "=dream")),
            ("*", ("=dream",)),
        ),
    ),
    "dream": (3, (("*", ("What does that dream suggest to you?", "Do you dream often?", "Who appears in your dreams?")),)),
    "computer": (
        50,
        (
            (
                "*",
                (
                    "Do computers trouble you?",
                    "What do you think machines have to do with it?",
                    "Does it matter to you that I am only a small program?",
                    "What is it about computers that concerns you?",
                ),
            ),
        ),
    ),
    "name": (15, (("*", ("Names are not what counts here; please go on.", "Call things as you like. What happened?")),)),
    "alike": (
        10,
        (("*", ("In what way?", "What likeness do you see?", "Where does the likeness end?", "Could it be a coincidence?")),),
    ),
    "like": (
        2,
        (
            ("* @be * like *", ("=alike",)),
            ("* i like +", ("What do you like about {2}?", "How long have you liked {2}?", "=i")),
            ("*", ("~",)),
        ),
    ),
    "am": (
        0,
        (
            ("* am i +", ("Do you believe you are {2}?", "Who told you that you are {2}?", "Would you want to be {2}?")),
            ("* i am +", ("=i",)),
            ("*", ("~",)),
        ),
    ),
    "are": (
        0,
        (
            ("* are you +", ("Would it help you if I were {2}?", "What makes you ask whether I am {2}?", "In your mind, maybe.")),
            ("* you are +", ("=you",)),
            ("* are +", ("What if they were not {2}?", "Are they always {2}?", "Who else sees that they are {2}?")),
        ),
    ),
    "your": (0, (("* your +", ("Why do you ask about my {2}?", "What about your own {2}?", "Is my {2} what matters?")),)),
    "was": (
        2,
        (
            (
                "* was i +",
                ("What if you were {2}?", "Do you think you were {2}?", "What would it say about you to have been {2}?"),
            ),
            ("* i was +", ("Were you really {2}?", "What is left of having been {2}?", "Who knew that you were {2}?")),
            ("*", ("~",)),
        ),
    ),
    "my": (
        2,
        (
            (
                "* my * @family *",
                ("Tell me more about your {3}.", "Who else is close to you?", "How is it between you and your {3}?"),
            ),
            ("* my +", ("Your {2}?", "Since when has your {2} been on your mind?", "Who else knows about your {2}?")),
        ),
    ),
    "mother": (2, (("*", ("Tell me about your mother.", "What is your earliest picture of your mother?", "=my")),)),
    "father": (2, (("*", ("What was your father like with you?", "Do you take after your father?", "=my")),)),
    "friend": (1, (("*", ("What makes someone a friend to you?", "Would your friend see it the same way?", "~")),)),
    "love": (
        3,
        (
            ("* i love +", ("What do you love most about {2}?", "Does {2} know?", "How did it begin with {2}?")),
            ("*", ("What does love mean to you here?", "~")),
        ),
    ),
    "hate": (3, (("* i hate +", ("What has {2} done to you?", "When did you begin to hate {2}?")), ("*", ("~",)))),
    "afraid": (
        4,
        (
            (
                "* afraid of +",
                ("What would happen if {2} came true?", "When did you first fear {2}?", "What protects you from {2}?"),
            ),
            ("*", ("What is the worst of it?", "Where in the day does the fear come?")),
        ),
    ),
    "angry": (4, (("*", ("Who or what is the anger meant for?", "What happens when you show it?", "~")),)),
    "alone": (4, (("*", ("When is it hardest to be alone?", "Who would you like to have near?", "~")),)),
    "tired": (3, (("*", ("What takes the most out of you?", "How do you sleep?", "What would rest look like?")),)),
    "work": (
        1,
        (
            ("* my work *", ("What would you change about your work?", "Does your work follow you home?")),
            ("*", ("How much of you goes into work?", "~")),
        ),
    ),
    "money": (1, (("*", ("What would be different with more money?", "How was money talked about at home?", "~")),)),
    "deadline": (3, (("*", ("Who set that deadline?", "What happens the day after it?", "What could be left out?")),)),
    "bug": (
        3,
        (
            (
                "*",
                (
                    "When did it last work?",
                    "What is the smallest case that still shows it?",
                    "What did you change just before?",
                    "Explain it to me as if I were a duck.",
                ),
            ),
        ),
    ),
    "you": (
        0,
        (
            ("* you remind me of +", ("=alike",)),
            (
                "* you are +",
                ("What makes you think I am {2}?", "Do you like to think that I am {2}?", "Perhaps you would be {2}?"),
            ),
            ("* you don't +", ("Would it please you if I did {2}?", "Why should I {2}?", "~")),
            ("* you + me *", ("Why would I {2} you?", "You like to think that I {2} you?", "Who else {2} you?")),
            ("* you +", ("We were speaking of you.", "Perhaps {2} is true of you as well?", "Would that please you?")),
        ),
    ),
    "i": (
        0,
        (
            ("* i @want +", ("What would it mean to you to have {3}?", "Why do you {2} {3}?", "And if you never got {3}?")),
            ("* i am * @low *", ("I am sorry that you are {3}.", "What would make you less {3}?", "Since when are you {3}?")),
            (
                "* i am * @high *",
                ("What has made you {3}?", "How does it show that you are {3}?", "Who noticed that you are {3}?"),
            ),
            ("* i am +", ("How long have you been {2}?", "What is it like to be {2}?", "Do you think it normal to be {2}?")),
            ("* i @belief i +", ("But you are not sure you {3}?", "What speaks against it, that you {3}?")),
            ("* i @belief you +", ("=you",)),
            ("* i @belief +", ("What makes you {2} {3}?", "Do you often {2} {3}?", "And others, do they {2} {3}?")),
            ("* i can't +", ("How do you know you can't {2}?", "What would happen if you could {2}?", "Have you tried?")),
            ("* i don't +", ("Why don't you {2}?", "Would you like to {2}?", "Does it trouble you not to {2}?")),
            ("* i have to +", ("Who says that you have to {2}?", "What if you did not {2}?")),
            ("* i + you *", ("Perhaps in your mind we {2} each other.", "Why do you {2} me?", "You say you {2} me?")),
            ("* i +", ("You say you {2}?", "Can you say more about why you {2}?", "When do you usually {2}?")),
        ),
    ),
    "yes": (0, (("*", ("You seem certain.", "I see. And then?", "I understand; go on.")),)),
    "no": (
        0,
        (
            ("no", ("Just no?", "What stands behind that no?")),
            ("* no +", ("Are you saying no to be on the safe side?", "Why not {2}?", "~")),
        ),
    ),
    "maybe": (0, (("*", ("You do not sound certain.", "What would settle it?", "Which way do you lean?")),)),
    "can": (
        0,
        (
            ("* can you +", ("What if I could {2}?", "You would like me to {2}?", "=what")),
            ("* can i +", ("What keeps you from it, if you want to {2}?", "Do you want to be able to {2}?")),
            ("*", ("~",)),
        ),
    ),
    "what": (
        0,
        (
            (
                "*",
                (
                    "What do you think yourself?",
                    "Why does that question matter to you?",
                    "What answer would please you most?",
                    "Whom else have you asked?",
                ),
            ),
        ),
    ),
    "how": (0, (("*", ("=what",)),)),
    "when": (0, (("*", ("=what",)),)),
    "where": (0, (("*", ("=what",)),)),
    "who": (0, (("*", ("=what",)),)),
    "why": (
        0,
        (
            ("* why don't you +", ("Do you believe I don't {2}?", "Perhaps I will {2} in good time.", "=what")),
            ("* why can't i +", ("Do you think you should be able to {2}?", "What would you need to {2}?", "=what")),
            ("*", ("=what",)),
        ),
    ),
    "because": (0, (("*", ("Is that the real reason?", "What other reasons might there be?", "What else does it explain?")),)),
    "everyone": (
        2,
        (("* @who *", ("Really {2}?", "Whom do you mean in particular?", "Can you think of one who is different?")),),
    ),
    "noone": (2, (("*", ("No one at all?", "Who would come closest?", "~")),)),
    "always": (1, (("*", ("Can you think of an example?", "When was the last time?", "Really always?")),)),
    "never": (1, (("*", ("Not even once?", "What would it take, just once?", "~")),)),
    "help": (1, (("*", ("What kind of help would help?", "Who has helped you before?", "~")),)),
    "deutsch": (20, (("*", ("I am sorry, I only speak English.",)),)),
    "français": (20, (("*", ("=deutsch",)),)),
    "español": (20, (("*", ("=deutsch",)),)),
    "italiano": (20, (("*", ("=deutsch",)),)),
}
