package fault

import "fmt"

// Count is a number of things in words, such as "1 event" and "2 events".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
