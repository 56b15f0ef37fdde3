"""Stories: articles whose texts are copies of each other, in one outlet or in several."""
