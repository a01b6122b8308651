error "this file is not to be used"
--> 1:1: this file is not to be used
