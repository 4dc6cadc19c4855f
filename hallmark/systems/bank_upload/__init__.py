"""The wing of bank_upload: banks' daily files, uploaded as multipart forms."""

from hallmark.images.deployment import IMAGES
from hallmark.systems.wing import Wing

WING = Wing(before_main=(IMAGES,))
