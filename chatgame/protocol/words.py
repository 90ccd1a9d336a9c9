"""Common English nouns of four to twelve letters: for codes that are read aloud, and for hangman."""

WORDS: tuple[str, ...] = tuple(
    """
    abbey accident acorn acrobat actor actress address adventure advice airplane airport alarm album alley almond
    anchor angle animal ankle answer antelope antenna apartment apple apricot apron aquarium archer arena armchair
    armour arrival arrow artichoke artist asparagus aspirin astronaut athlete atlas attic aunt author autograph
    autumn avenue avocado award axle baby backpack bacon badge badger bagel baggage baker bakery balance ballet
    balloon bamboo banana bandage banjo bank banner barber bark barley barn barrel barrier baseball basin basket
    basketball bath bathroom battery beach bean bear beard beaver bedroom beetle bell bench berry bicycle bike
    bill bird biscuit bishop blackberry blacksmith blade blanket blender blossom blouse blueberry board boat
    boiler bone bonfire book boot border bottle bouquet bowl bowler boxer bracelet brain brake branch brass bread
    breakfast breath breeze brick bride bridge broccoli bronze broom brother brush bubble bucket buffalo building
    bull bundle bungalow bunny burger bush business butcher butter butterfly button cabbage cabin cabinet cable
    cactus cafe cage cake calendar calf camel camera camp canal canary candle canoe canvas canyon capital captain
    caravan card cardigan cargo carnival carpenter carpet carrot cart cartoon cashier castle cathedral cattle
    cauliflower cave ceiling celery cell cellar cello cement century ceremony chain chair chalk champion channel
    chapter charcoal chart cheese cheetah chef chemist cherry chess chest chestnut chicken chimney chin chipmunk
    chocolate choir church cinema circle circus citizen city clarinet clay cliff climate clock cloud clover clown
    club coach coast coat cobra coconut coffee coin collar college comb comedy comet compass computer concert cone
    cook cookie copper coral cord cork corn corner corridor costume cottage cotton couch counter country couple
    courage court cousin cowboy crab cradle crane crayon cream creature creek crescent crew cricket crocodile crow
    crowd crown cruise crumb crystal cube cucumber culture cupboard curry curtain curve cushion cycle cymbal
    daffodil daisy damage dance dancer date daughter dawn deer degree delivery denim dentist deputy desert design
    desk dessert detective device diamond dice dictionary diet dinner dinosaur diploma director disc dish diver
    dock doctor document dollar dolphin dome donkey door doorbell dough dove dragon drawer dream dress drill drink
    driver drop drum duck duke dungeon dusk dust duvet eagle earring earth earthquake echo eclipse editor effort
    elbow election elephant elevator emerald emperor empire energy engine engineer entrance envelope escalator
    estate evening evidence exam example exit expert explorer eyebrow fabric face factory fairground fairy falcon
    family farmer fashion father feather fence ferret ferry festival fiddle field figure film finger fire firefly
    fireplace firework fish fist flag flame flamingo flask fleet flight flood floor flower fluid flute foam folder
    food foot football forehead forest fork fossil foundation fountain fowl freckle freezer fridge friend frog
    frost fruit funnel furniture gallery game garage garden garlic garment gate gear gecko gentleman geography
    geranium germ gesture geyser ghost giant ginger giraffe glacier glass glider globe glove glue goal goat goblin
    goggles gold golf gondola goose gorilla gossip governor grain grandfather grandmother granite grape grapefruit
    grass gravel gravity gravy greenhouse grill guard guest guide guitar gull gutter gymnast habit hair hall
    hamburger hammer hamster hand handle handshake hanger harbour harp harvest hatch hawk hazelnut head heart
    heater hedge hedgehog heel height helmet heron herring highway hill hinge hippo history hobby hockey hole
    holiday home honey hood hook hoop horizon horn horse hospital hostel hotel hound hour house hunter hurdle
    hurricane husband hyena iceberg icicle icon idea igloo income index infant insect instrument invention iris
    iron island ivory jacket jaguar janitor jasmine javelin jeans jelly jellyfish jewel jigsaw jockey joke joker
    journey judge juggler juice jumper junction jungle kangaroo karate kennel kerb kettle keyboard kidney kilt
    kingdom kingfisher kiosk kitchen kite kitten kiwi knee knife knight koala label labyrinth lace ladder ladybird
    lagoon lake lamb lamp lane language lantern lasagne laser laughter lava lavender lawn lawyer leaf league
    leather leek lemon lemonade lens leopard letter lettuce level lever library licence light lighthouse lily lime
    limit line linen lion lioness liquid list liver lizard llama loaf lobby lobster lock locker loft logo lorry
    lotus luggage lunch lynx macaroni machine magazine magician magnet magpie maid mailbox mammoth manager mango
    mansion maple marathon marble market marmalade mask mast match mattress maze meadow meal meat medal medicine
    melody melon memory mermaid message metal meteor metre microphone microscope midday midnight milk mill mind
    miner mineral minister minnow mint minute mirror mission mist mitten moat model mole moment money monk monkey
    monster month moon moose moped morning moss moth mother motor motorbike motorway mound mountain mouse mouth
    mule muscle museum mushroom music musician mustard mystery nail napkin nation nature navy neck necklace needle
    neighbour nephew nerve nest network newspaper nickel niece night noodle north nose notebook notice novel
    number nurse nursery nutmeg oasis oatmeal object ocean octopus office officer olive omelette onion opener
    opera orange orchard orchestra orchid organ origami ostrich otter outfit oval oven owner oxygen oyster package
    paddle page pail paint painter palace pancake panda panel panther papaya paper parachute parade parcel parent
    park parrot parsley parsnip partner party passenger passport pasta paste pastry pasture path patient patrol
    pavement peach peacock peak peanut pearl pebble pedal pelican pencil penguin peninsula people pepper perfume
    petal petrol petticoat pharmacy pheasant photo pianist piano pickle picnic picture pier pigeon pillar pillow
    pilot pine pineapple pipe pirate pistachio pitcher pizza plain planet plank plant plaster plastic plate
    plateau platform player plaza pleasure plough plum plumber pocket poem police polish pond pony popcorn poppy
    porcelain porch porcupine porridge port porter portrait postcard poster postman potato potter pottery powder
    prawn prayer present president prince princess printer prison prize professor profit project propeller puddle
    puffin pulley pump pumpkin punch pupil puppet puppy purse puzzle pyramid quail quality quarry quarter quartz
    queen question quiche quilt quiver quiz rabbit raccoon race racket radar radio radish raft rail railway rain
    rainbow raincoat raisin ranch ranger raspberry razor reason receipt recipe record referee reindeer reptile
    rescue restaurant result rhino rhubarb rhythm ribbon rice riddle rider ridge ring ritual river road roast
    robin robot rock rocket rodeo roller roof room rooster root rope rose rubber ruby rucksack rudder rugby ruler
    runner sack saddle safari saffron sailor saint salad salmon salt sandal sandcastle sandwich sapphire sardine
    satellite sauce saucepan saucer sausage savanna saxophone scale scallop scarecrow scarf scene scholar school
    science scissors scooter score scorpion scout screen screw sculptor seagull seal seaside season seat seaweed
    secret secretary seed senator sentence servant shadow shampoo shark shed sheep shelf shell sheriff shield ship
    shirt shoe shop shore shorts shoulder shovel shower shrimp shrub shutter signal signature silence silk silver
    singer sink sister skeleton sketch skier skill skin skirt skunk skyscraper sledge sleeve slice slide slipper
    slope sloth smoke snack snail snake snorkel snow snowball snowflake snowman soap sock socket sofa software
    soldier solution song sound soup sparkle sparrow spear speech speed sphere spice spider spinach spiral spirit
    splash sponge spoon sport spray spring square squash squid squirrel stable stadium stage stairs stamp stapler
    star starfish statement station statue steak steam steel stem step stew stick stitch stomach stone stool stork
    storm story stove straw strawberry stream street string stripe student studio submarine subway sugar suit
    suitcase sultan summer sunflower sunrise sunset surfer surgeon surprise suspect swamp swan sweater swimmer
    swing switch sword symbol symphony syrup table tadpole tailor talent tambourine tank target tart taxi teacher
    team teapot tear telegram telephone telescope television temple tennis tent terrace test theatre thief thimble
    thistle thorn thought thread throat throne thumb thunder ticket tide tiger tile timber timetable toad toast
    toddler toffee toilet tomato tomb tongue tool tooth torch tornado tortoise tour tourist towel tower town
    toyshop track tractor trade traffic trail trailer train tram trap traveller tray treasure treaty tree triangle
    tribe trick trolley trombone trophy trousers trout truck trumpet trunk tulip tuna tunnel turkey turnip turtle
    tutor tweed twilight twin typewriter tyre umbrella uncle unicorn uniform union universe vacation vacuum valley
    valve vanilla vase vegetable vehicle veil velvet verse vest victory video village vine vinegar violet violin
    visitor vitamin voice volcano volume voyage vulture waffle wagon waist waiter walker wall wallet walnut walrus
    wand wardrobe warehouse warrior wasp watch water waterfall watermelon wave wealth weasel weather weaver
    wedding week weekend whale wharf wheat wheel wheelbarrow whip whiskers whisper whistle widow wind windmill
    window wine wing winter wire witch wizard wolf woman wombat wood wool workshop world worm wreath wrestler
    wrist writer yacht yard yarn yeast yellow yoghurt yolk zebra zero zipper
    """.split()  # noqa: SIM905  # a list of 1385 literals would be read by nobody
)
