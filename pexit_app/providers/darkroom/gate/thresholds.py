"""Every limit of the gate in one place, each with its reason. Measured over poses, lights, skins and sizes (see the tests
and docs/decisions/0004-the-gate.md), never set to suit one picture."""

# --- faces ---------------------------------------------------------------------------------------------------------
# The detector proposes, the mesh decides: 0.97 and more for faces, under 0.3 for foliage and cloth.
FACE_CONFIDENCE_MIN = 0.6
# Work is bounded whatever a wallpaper of faces may hold; the surest candidates come first.
CANDIDATES_MAX = 10
# Tiles of this share of the shorter side are searched when no larger face was seen: faces from about 1/20 of it up, which
# is too small already; smaller tiles would only cost time.
FAR_TILE = 0.38
# A face smaller than this part of the main one stands at least one and a half arm's lengths behind it: a passer-by, who
# neither is meant nor ends up in the cut-out. A friend leaning in is 0.65 and more.
BYSTANDER_RATIO_MAX = 0.4
# Outer corner to outer corner. A half-length frame of 1024 px shows about 110: enlarging by more than a half shows.
FACE_PX_MIN = 72.0

# --- sharpness (0-100, 100 a face in perfect focus) ---------------------------------------------------------------------
# At 30 an edge is smeared over a fortieth of the distance between the eyes: lashes and lips melt in every frame.
SHARPNESS_MIN = 30.0

# --- light (sRGB codes 0-255, on the face's oval) ----------------------------------------------------------------------
# Brightest twentieth of the face. Below this there are too few codes left to tell features apart, whatever the skin: the
# darkest skin (L* 27) under two stops too little light still reaches 44.
FACE_BRIGHT_MIN = 40.0
# A dim face counts as too dark only in a dim picture: dark skin in good light stands before something brighter.
DIM_FACE_MAX, DIM_PICTURE_MAX = 75.0, 100.0
# Luma above this has lost its colour, and a face that is white for a third of its area has no shape left to light. The
# palest skin (L* 82) in even light has a sixteenth.
WHITE_LUMA, WHITE_SHARE_MAX = 246.0, 0.33

# --- pose (degrees as the mesh reads them, which is about two thirds of a large turn) ------------------------------------
# Beyond these the far eye goes behind the nose, or the eyes behind the brow: the mesh guesses what it does not see.
YAW_MAX, PITCH_MAX = 42.0, 32.0
# From here a photo shows a side that a frontal one does not.
YAW_TURNED, PITCH_TURNED = 11.0, 11.0

# --- the same picture twice (correlations, see compare.py) ---------------------------------------------------------------
# Copies (saved at quality 30, half the size, cropped, turned, mirrored, darker, grey) keep 0.997 of what surrounds the
# face when laid over each other; between takes the head moves by two degrees at least, which leaves 0.993 and less.
COPY_AROUND_MIN = 0.996
# Filters that clip highlights cost the face of a copy up to 0.02; another face has 0.9 and less.
COPY_FACE_MIN = 0.975
# Where nothing around the face can be compared, the face alone must be the very same pixels.
COPY_FACE_ALONE_MIN = 0.998

# --- the same person (distance between shapes of unit size) ----------------------------------------------------------
# The mesh bends a face that looks up or down, so only level and nearly frontal photos are compared, with three others at
# least: one odd photo must not put the rest in doubt.
LEVEL_YAW_MAX, LEVEL_PITCH_MAX = 22.0, 10.0
SHAPES_MIN = 3
# Photos of one person differ by 0.045 at most in the tests, other people by 0.045 to 0.13: only a question can rest on it.
OTHER_SHAPE_MIN = 0.06

# --- readiness ---------------------------------------------------------------------------------------------------------
# The portrait photographers call a light even up to about a half of a stop between the cheeks.
SIDE_LIGHT_MIN = 0.35
# Medians of the face, sRGB codes: brighter by a stop is a factor 1.4 in codes.
BRIGHTER_BY = 1.3
# The face's share of the photo's height. From head and shoulders to half-length, and closer.
CLOSE_SHARE_MIN, WIDE_SHARE_MAX = 0.42, 0.27
# Half the sum of absolute differences of two colour histograms: above it two thirds of what surrounds the head is new.
OTHER_PLACE_MIN = 0.6
