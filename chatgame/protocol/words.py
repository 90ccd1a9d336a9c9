"""Common English nouns of four to twelve letters: for codes that are read aloud, and for hangman."""

WORDS: tuple[str, ...] = tuple(
    """
    accident actor address adventure airport album animal answer apple apricot apron arrow artist autumn bakery
    balance balloon banana basket battery beach beard bedroom bell bicycle bird biscuit blanket blossom boat book
    border bottle bowl branch bread breakfast breeze brick bridge brother brush bucket building butter butterfly
    button cabin cable cake camera candle canyon captain carpet carrot castle cathedral ceiling cellar chair
    chapter cheese cherry chicken chimney chocolate circle city clock cloud coast coat coffee concert copper
    corner cottage cotton country courage cousin cradle cricket crown cupboard curtain cushion dancer daughter
    dentist desert diamond dictionary dinner doctor dolphin donkey door dragon drawer dream drum dust eagle earth
    echo elbow elephant engine envelope evening factory farmer father feather fence festival field finger fire
    flag flame flower flute forest fork fountain friend frog fruit furniture garden garlic gate ghost giant
    giraffe glacier glass glove goat gold grape grass guitar hammer harbour harvest helmet history holiday honey
    horizon horse hospital hotel hour house hunter husband iceberg insect island jacket jewel journey judge juice
    jungle kettle kingdom kitchen kite knee knife knight ladder lake lamp language lantern laughter lawyer leather
    lemon letter library light lighthouse lion lizard lobster machine magazine magnet mango marble market meadow
    medicine melody melon memory metal midnight milk mineral mirror money monkey month moon morning mother motor
    mountain mouse mouth museum mushroom music mustard nail napkin necklace needle nest newspaper night north nose
    notebook ocean office olive onion opera orange orchestra oven oyster package paint palace paper parade parrot
    passenger pasture peach peanut pebble pencil pepper perfume piano picnic picture pigeon pillow pilot pirate
    planet plate pocket poem police pond potato prince prison pumpkin puzzle pyramid quarter queen question rabbit
    radio railway rain rainbow raspberry ribbon rice ring river road robin rocket roof rope rose sailor salad
    sandal sandwich school science scissors season secret shadow sheep shelf ship shirt shoe shoulder silence
    silver singer sister skirt smoke snail snow soap sofa soldier song soup spider spoon spring squirrel stable
    stadium star station statue stone storm story strawberry street student sugar summer sunset surprise sweater
    sword table tailor teacher temple tent theatre thread thunder ticket tiger toast tomato tongue tower trade
    train treasure tree triangle trumpet tunnel turtle umbrella uncle universe valley vase vegetable village
    violin volcano wagon waiter wallet walnut water waterfall weather wedding week whale wheel whisper whistle
    wind window winter wolf wood wool yard yellow zebra zipper
    """.split()  # noqa: SIM905  # a list of 398 literals would be read by nobody
)
