package pages

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	addresses = regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}.-]+`)
	phones    = regexp.MustCompile(`(\+|&#43;)([0-9]{2})[0-9 ()-]{4,18}[0-9]`)
	cards     = regexp.MustCompile(`(ending in |•+ ?|\*+ ?)[0-9]{4}\b`)
)

// masked is the message without what may be a person's: addresses, phones, and the last
// digits of cards.
func (m message) masked() message {
	for _, text := range []*string{&m.To, &m.Subject, &m.Text, &m.HTML, &m.Source} {
		*text = mask(*text)
	}
	return m
}

func mask(text string) string {
	text = addresses.ReplaceAllStringFunc(text, address)
	text = phones.ReplaceAllString(text, "${1}${2}•••")
	return cards.ReplaceAllString(text, "${1}••••")
}

// address is j•••@example.com.
func address(s string) string {
	at := strings.LastIndex(s, "@")
	_, size := utf8.DecodeRuneInString(s)
	return s[:size] + "•••" + s[at:]
}
