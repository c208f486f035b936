package fault

import (
	"regexp"
	"strings"
)

// internals are in words that a server means for its own maintainers: its
// tables, its classes, its stack.
var internals = regexp.MustCompile(`_system/|_tables|\b[a-z]\w*(\.[a-z]\w*)+\.[A-Z]\w*|\w+(Exception|Error)\b`)

// stateOf and marksOf find the names of streams that Pravega keeps for itself, and of
// their segments.
var (
	stateOf = regexp.MustCompile(`([\w.-]+)/_RG([\w.-]+)(/\d+\.#epoch\.\d+)?`)
	marksOf = regexp.MustCompile(`([\w.-]+)/_MARK([\w.-]+)(/\d+\.#epoch\.\d+)?`)
)

// known calls what Pravega keeps for itself by what the user knows.
func known(text string) string {
	if !strings.Contains(text, "/_") {
		return text
	}
	text = stateOf.ReplaceAllString(text, "$1/$2 (state of the reader group)")
	return marksOf.ReplaceAllString(text, "$1/$2 (time marks of the stream)")
}

// mostQuoted bounds what is shown of a server's words.
const mostQuoted = 300

// Quote returns a server's words for Error.Detail, or "" if they show its internals.
func Quote(words string) string {
	words = strings.ToValidUTF8(strings.Join(strings.Fields(words), " "), "?")
	if internals.MatchString(words) {
		return ""
	}
	if len(words) > mostQuoted {
		words = strings.ToValidUTF8(words[:mostQuoted], "") + " …"
	}
	return words
}
