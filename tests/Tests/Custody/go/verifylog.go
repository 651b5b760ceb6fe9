// Verifylog checks a custody log with golang.org/x/mod/sumdb/{note,tlog}, software that shares nothing with Lapel.
//
// Usage: verifylog FOLDER
//
// FOLDER has the log's own files (checkpoint, tile/...) and beside them what its verifier was given:
//
//	vkey             the pinned verifier key
//	old-checkpoint   an earlier signed checkpoint (optional)
//	consistency      base64 consistency proof from there to checkpoint, one hash a line
//	proofs/          I.tlog-proof files for entry I of the log
//
// It reads every entry, recomputes the tree from them, reads every tile through tlog's authenticating reader, makes its own
// proofs from the tiles, and checks Lapel's. It prints one line and exits 0, or says what is false and exits 1.
//
// x/mod names tiles tile/H/L/N; C2SP tlog-tiles has no H. The reader below maps one to the other.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type tiles struct{ folder string }

func path(level string, n int64, width int) string {
	number := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		number = fmt.Sprintf("x%03d/%s", n%1000, number)
	}
	p := "tile/" + level + "/" + number
	if width < 1<<height {
		p += fmt.Sprintf(".p/%d", width)
	}
	return p
}

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, w := range wanted {
		data, err := os.ReadFile(filepath.Join(t.folder, path(strconv.Itoa(w.L), w.N, w.W)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	if len(os.Args) != 2 {
		fail("usage: verifylog FOLDER")
	}
	folder := os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(read(folder, "vkey")))
	check("vkey", err)
	tree := open("checkpoint", read(folder, "checkpoint"), verifier)

	entries := readEntries(folder, tree.N)
	fromEntries := recompute(entries)
	root, err := tlog.TreeHash(tree.N, fromEntries)
	check("root of the entries", err)
	if tree.N > 0 && root != tree.Hash {
		fail("the entries do not give the root that was signed")
	}

	fromTiles := tlog.TileHashReader(tree, tiles{folder})
	compareTiles(folder, tree.N, fromEntries)
	for i, entry := range entries {
		if i%17 != 0 && i != len(entries)-1 {
			continue
		}
		proof, err := tlog.ProveRecord(tree.N, int64(i), fromTiles)
		check(fmt.Sprintf("proof of entry %d from the tiles", i), err)
		check(fmt.Sprintf("entry %d", i), tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)))
	}

	proofs, err := filepath.Glob(filepath.Join(folder, "proofs", "*.tlog-proof"))
	check("proofs", err)
	for _, p := range proofs {
		checkProof(p, entries, verifier)
	}
	if _, err := os.Stat(filepath.Join(folder, "old-checkpoint")); err == nil {
		old := open("old-checkpoint", read(folder, "old-checkpoint"), verifier)
		check("consistency", tlog.CheckTree(hashes(strings.Fields(read(folder, "consistency"))), tree.N, tree.Hash, old.N, old.Hash))
		own, err := tlog.ProveTree(tree.N, old.N, fromTiles)
		check("consistency from the tiles", err)
		check("consistency from the tiles", tlog.CheckTree(own, tree.N, tree.Hash, old.N, old.Hash))
	}
	fmt.Printf("ok: %d entries, %d proof files\n", len(entries), len(proofs))
}

func open(what, text string, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	check(what, err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		fail(what + " is not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(what, err)
	hash, err := tlog.ParseHash(lines[2])
	check(what, err)
	return tlog.Tree{N: size, Hash: hash}
}

func readEntries(folder string, size int64) (entries [][]byte) {
	for n := int64(0); n<<height < size; n++ {
		width := int64(1 << height)
		if size-n<<height < width {
			width = size - n<<height
		}
		bundle := []byte(read(folder, path("entries", n, int(width))))
		for i := int64(0); i < width; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				fail(fmt.Sprintf("entry bundle %d is cut short", n))
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			entries = append(entries, bundle[2:end])
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			fail(fmt.Sprintf("entry bundle %d is too long", n))
		}
	}
	return entries
}

// recompute keeps every hash of the tree over the entries, in tlog's storage order.
func recompute(entries [][]byte) tlog.HashReader {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, reader)
		check("hashing", err)
		stored = append(stored, more...)
	}
	return reader
}

func compareTiles(folder string, size int64, hashes tlog.HashReader) {
	seen := map[tlog.Tile]bool{}
	for level := 0; size>>(uint(level)*height) > 0; level++ {
		count := size >> (uint(level) * height)
		for n := int64(0); n<<height < count; n++ {
			tile := tlog.Tile{H: height, L: level, N: n, W: 1 << height}
			if count-n<<height < 1<<height {
				tile.W = int(count - n<<height)
			}
			want, err := tlog.ReadTileData(tile, hashes)
			check(tile.Path(), err)
			if string(want) != read(folder, path(strconv.Itoa(level), n, tile.W)) {
				fail(path(strconv.Itoa(level), n, tile.W) + " is false")
			}
			seen[tile] = true
		}
	}
}

func checkProof(file string, entries [][]byte, verifier note.Verifier) {
	data, err := os.ReadFile(file)
	check(file, err)
	halves := strings.SplitN(string(data), "\n\n", 2)
	lines := strings.Split(halves[0], "\n")
	if len(halves) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		fail(file + " is not a tlog-proof@v1")
	}
	index, err := strconv.ParseInt(lines[1][len("index "):], 10, 64)
	check(file, err)
	tree := open(file, halves[1], verifier)
	check(file, tlog.CheckRecord(hashes(lines[2:]), tree.N, tree.Hash, index, tlog.RecordHash(entries[index])))
}

func hashes(lines []string) (all []tlog.Hash) {
	for _, line := range lines {
		data, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(data) != tlog.HashSize {
			fail("not a hash: " + line)
		}
		var hash tlog.Hash
		copy(hash[:], data)
		all = append(all, hash)
	}
	return all
}

func read(folder, name string) string {
	data, err := os.ReadFile(filepath.Join(folder, name))
	check(name, err)
	return string(data)
}

func check(what string, err error) {
	if err != nil {
		fail(what + ": " + err.Error())
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, "FALSE:", why)
	os.Exit(1)
}
