"""The one box: places and objects by coordinate, name, pinyin, code, and in spite of typing errors."""
