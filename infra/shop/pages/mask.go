package pages

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/shop/mails"
)

var (
	addresses = regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}.-]+`)
	phones    = regexp.MustCompile(`(\+|&#43;)([0-9]{2})[0-9 ()-]{4,18}[0-9]`)
	cards     = regexp.MustCompile(`(` + endings() + `|•+ ?|\*+ ?)[0-9]{4}\b`)
)

// endings are what mails write before the last digits of a card, in each language.
func endings() string {
	all := mails.CardEndings()
	for i := range all {
		all[i] = regexp.QuoteMeta(all[i])
	}
	return strings.Join(all, "|")
}

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
