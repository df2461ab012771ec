package protocollo

// CheckCharacters lets tests compare with the standard's own example.
var CheckCharacters = checkCharacters
