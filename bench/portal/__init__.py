"""The portal with all that two counties did in a year: how fast it is made anew, how soon its pages come, how much they weigh."""
