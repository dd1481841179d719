//! Texts that the demo's files hold.

/// A wren, stitch by stitch: `#` the back, `o` the breast, `x` the eye, `+`
/// the bill, `|` the twig, `.` nothing.
pub(super) const WREN: &str = "\
...................##
..................###
.....####........###
....######......###
...##xx####....###
.+++xx#########
...#oo##########
...oooo##########
...ooooo########
....ooooo######
.....ooooooo##
.......ooooo
........x..x
||||||||x||x|||||||||
.....||.......||
";

/// The recipe book of `bram-bakes`.
pub(super) const RECIPES: &str = "\
FIVE RECIPES FROM A SMALL BAKERY

All weights in grams. Ovens have opinions: look at the bread, not at the clock.


1. The everyday loaf

500 strong flour, 350 water, 100 lively sourdough starter, 10 salt.

Stir everything but the salt in the evening until no flour is dry. Wait half an
hour, then add the salt with wet hands. Fold the dough over itself four times
in the next two hours, whenever you pass by. Cover it and sleep. In the morning
shape it, let it rise again for as long as breakfast takes, cut it once with
confidence and bake it in a hot pot: 25 minutes with the lid at 245 degrees,
20 minutes without at 220. Do not cut it while it sings.


2. Sunday buns

400 flour, 200 warm milk, 60 butter, 50 sugar, 1 egg, 7 dry yeast, 5 salt,
the grated rind of a lemon.

Knead until the dough lets go of the bowl. Rise one hour, make twelve balls,
rise again until they touch. Brush with milk, bake 18 minutes at 190 degrees.
They are gone by eleven, so begin at nine.


3. Oat biscuits

150 butter, 120 brown sugar, 200 rolled oats, 120 flour, 1 spoon of honey,
1 pinch of salt, 1 small spoon of baking soda.

Melt butter, sugar and honey together. Stir in the rest. Spoons of it on a
tray, far apart, because they are sociable. 11 minutes at 175 degrees. They are
soft when they come out and crisp when they have had time to think.


4. Plum cake

Dough as for the buns, without the egg. Roll it out, lay on one kilogram of
halved plums like roof tiles, cut side up. Rub 100 butter, 100 sugar, 150 flour
and some cinnamon into crumbs and let it snow. 35 minutes at 190 degrees. Cream
is not a decoration here, it is the other half.


5. Jam for all of the above

1000 fruit, stones out. 450 sugar. The juice of a lemon.

Let fruit and sugar sit together overnight; they need to be introduced. Boil
hard and stir until a drop on a cold plate wrinkles when pushed. Fill jars to
the brim, close them, turn them upside down for five minutes. Label them at
once. You will not remember in March.
";

/// The letters of `inkwell-ida`.
pub(super) const LETTERS: &str = "\
SIX LETTERS NOBODY LIKES TO WRITE
Change what stands in [brackets].


To a landlord

Dear [name], the [tap] in [the kitchen] has [dripped] since [date]. I told you
on [date] and have kept a note of it. Please have it mended by [date]; I am at
home on [days]. If that does not suit you I will ask a craftsman and take the
bill off the rent, as the law allows. I would much rather leave it to you.


To a neighbour with a drum

Dear neighbour, you are getting better, and I say so as somebody who hears all
of it. After [nine] in the evening I would be glad to miss some. Could we agree
on [hours]? In return I promise not to sing.


To somebody who is grieving

Dear [name], I heard about [name] and have been thinking of you since. I keep
coming back to [a memory]. There is nothing you need to answer. On [day] I will
leave [soup] at your door and not ring.


To a club that you are leaving

Dear all, with this letter I end my membership on [date]. Thank you for [years]
years and for [the lake, the choir, the argument about the roof]. I return [the
key] with it and would like to stay on the list for [the summer party].


To a friend you owe money

Dear [name], I have not forgotten the [amount] that I owe you, and I know that
you have not either, since you are too kind to mention it. I can pay [amount]
now and the rest by [date]. Please say if that is too slow.


To a friend who owes you

Dear [name], in [month] I lent you [amount], gladly. I need it back by [date],
and I am writing instead of hinting because I would like to keep the friend as
well as the money. Parts are fine. Tell me which.
";

/// The mittens of `woolgather`.
pub(super) const MITTENS: &str = "\
MITTENS ON A STRING, in three sizes: small (medium, large)

You need: 50 (60, 75) grams of double knitting wool, five needles of 3.5 mm,
bad weather. Tension: 22 stitches and 30 rounds are ten centimetres.

Cuff
Cast on 28 (32, 36) stitches and share them among four needles. Knit two, purl
two, for 18 (20, 22) rounds. In plain words: until it covers a cold wrist.

Hand
Knit 4 (5, 6) rounds. Now the thumb's gusset: in the next round make one stitch
on both sides of the first stitch. Do so in every third round until the gusset
has 9 (11, 13) stitches. Put those on a thread, cast on one stitch over the gap
and knit on until the mitten reaches the tip of the little finger.

Top
Round 1: on each needle knit two together at the beginning, and to the end.
Round 2: knit. Do both until 4 stitches are left on each needle, then only
round 1 until there are 2. Draw the wool through all of them and pull.

Thumb
Take the stitches from the thread, pick up three from the gap, knit 9 (11, 13)
rounds, then two together all round, twice. Draw the wool through.

String
Cast on 4 stitches on a needle with two points. Knit them, do not turn, push
them to the other end, and knit them again. Repeat until it is as long as the
child's arms held wide, plus one hand. Sew one end into each cuff.

Short form
CO 28 (32, 36); k2 p2 rib 18 (20, 22); k 4 (5, 6); inc 2 every 3rd rnd to 9
(11, 13) gusset sts; thread; k to tip; k2tog x4 alt rnds to 16 sts, then every
rnd to 8; fasten off. Thumb: gusset + 3 sts, k 9 (11, 13), k2tog x2 rnds.
";

/// The jig of `petrel-tunes`.
pub(super) const TUNE: &str = "\
X:1
T:The Kettle Comes in Early
R:jig
M:6/8
L:1/8
K:D
|:A|d2A F2A|BAB A2F|G2B E2G|FED E2A|
d2A F2A|BAB d2f|e2c A2c|d3 d2:|
|:f|f2d d2f|g2e e2g|fed cBA|BcB A2g|
f2d d2f|gfe c2A|BGB A2c|d3 d2:|
";

/// The calendar of `moss-and-marrow`: crop, from, to, place, depth and
/// distance in centimetres, weeks to the first harvest.
pub(super) const SOWING: &str = "\
crop,sow from,sow until,where,depth cm,distance cm,weeks to harvest,remark
Broad bean,February,April,outside,5,20,16,does not mind frost
Onion sets,March,April,outside,3,10,18,tips just out of the soil
Parsnip,March,May,outside,2,15,28,needs fresh seed and patience
Radish,March,September,outside,1,3,5,sow little and often
Spinach,March,May,outside,2,8,8,bolts when it is offended
Pea,March,June,outside,4,5,13,give it sticks
Leek,March,April,window,1,15,26,move when as thick as a pencil
Tomato,March,April,window,1,50,20,never pour water on the leaves
Pepper,February,March,window,1,40,24,wants the warmest place you have
Aubergine,February,March,window,1,50,26,for optimists
Lettuce,March,August,outside,0.5,25,9,two plants a week are plenty
Carrot,April,July,outside,1,4,14,among onions
Beetroot,April,July,outside,2,10,12,each seed is several
Chard,April,June,outside,2,25,9,pick from the outside
Turnip,April,August,outside,1,10,8,sweeter after frost
Kohlrabi,April,July,outside,1,25,10,eat while small
Parsley,April,July,outside,1,15,12,takes four weeks to appear
Dill,April,August,outside,1,10,8,do not move it
Coriander,April,August,outside,1,10,7,the seeds are the better half
Cabbage,April,May,outside,1,50,24,net against butterflies
Sunflower,April,May,outside,2,40,14,slugs love it first
Marigold,April,May,outside,1,20,10,plant it among everything
Potato,April,May,outside,10,35,16,on the cold hill wait for dandelions
French bean,May,July,outside,3,10,10,after the last frost
Runner bean,May,June,outside,4,20,12,two metres of pole
Courgette,May,June,outside,2,90,9,one plant feeds a street
Pumpkin,May,May,outside,3,120,18,put it on the compost
Cucumber,May,June,window,2,50,11,likes steam
Sweetcorn,May,May,outside,3,35,15,in a block and not in a row
Winter purslane,August,September,outside,0.5,10,8,the last green of the year
";
