// Examples of a case as a grid over their text area: the lines of the area are what is saved.
(() => {
  "use strict";
  const MOST_COLUMNS = 50;
  const MEANT = { n: "\n", "|": "|", "\\": "\\" };

  // -- lines of text and rows of cells
  const cellsOf = (line) => {
    let text = line.trim();
    if (text.length > 1 && text.startsWith("|") && text.endsWith("|") && !text.endsWith("\\|")) text = text.slice(1, -1);
    const cells = [""];
    for (let place = 0; place < text.length; place += 1) {
      if (text[place] === "\\" && place + 1 < text.length) {
        place += 1;
        cells[cells.length - 1] += MEANT[text[place]] ?? `\\${text[place]}`;
      } else if (text[place] === "|") cells.push("");
      else cells[cells.length - 1] += text[place];
    }
    return cells.map((cell) => cell.replace(/^ +| +$/g, ""));
  };
  const lineOf = (cells) => cells.map((cell) => cell.trim().replace(/[\\|]/g, "\\$&").replace(/\r?\n/g, "\\n")).join(" | ");
  const read = (text) => text.split(/\r?\n/).filter((line) => line.trim()).map(cellsOf);

  /** What a spreadsheet puts on the clipboard: cells between tabs, quoted where they hold a line break. */
  const pasted = (text) => {
    const rows = [[""]];
    let isQuoted = false;
    const cell = () => rows.at(-1).length - 1;
    const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let place = 0; place < source.length; place += 1) {
      const sign = source[place];
      const row = rows.at(-1);
      if (isQuoted && sign === '"' && source[place + 1] === '"') {
        row[cell()] += '"';
        place += 1;
      } else if (isQuoted && sign === '"') isQuoted = false;
      else if (!isQuoted && sign === '"' && row[cell()] === "") isQuoted = true;
      else if (!isQuoted && sign === "\t") row.push("");
      else if (!isQuoted && sign === "\n") rows.push([""]);
      else row[cell()] += sign;
    }
    return rows;
  };

  const enhance = (area) => {
    const template = area.form?.querySelector("[data-examples-template]");
    // A shape of a client's own stays as it is.
    if (!template || /^\s*[[{]/.test(area.value)) return;
    const words = template.dataset;
    const editor = template.content.querySelector(".q-examples-editor").cloneNode(true);
    const head = editor.querySelector("thead");
    const body = editor.querySelector("tbody");
    let lines = read(area.value);

    const width = () => Math.max(0, ...lines.map((line) => line.length));
    const save = () => {
      while (lines.length && lines.at(-1).every((cell) => !cell.trim())) lines = lines.slice(0, -1);
      area.value = lines.map(lineOf).join("\n");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const button = (kind, place, label) => {
      const made = template.content.querySelector("[data-examples-remove]").cloneNode(true);
      made.dataset.examplesRemove = kind;
      made.dataset.place = place;
      made.setAttribute("aria-label", label);
      return made;
    };
    const input = (row, column) => {
      const made = document.createElement("textarea");
      made.rows = 1;
      made.className = "form-control";
      made.value = lines[row]?.[column] ?? "";
      made.dataset.row = row;
      made.dataset.column = column;
      const label = row ? words.wordsCell.replace("%r", row).replace("%c", lines[0]?.[column] || column + 1) : words.wordsColumn.replace("%s", column + 1);
      made.setAttribute("aria-label", label);
      return made;
    };
    const cell = (kind, ...content) => {
      const made = document.createElement(kind);
      if (kind === "th") made.scope = "col";
      made.append(...content);
      return made;
    };
    const draw = () => {
      const columns = Array.from({ length: width() }, (_, column) => column);
      const top = document.createElement("tr");
      const names = columns.map((column) => cell("th", input(0, column), button("column", column, words.wordsRemoveColumn.replace("%s", lines[0]?.[column] || column + 1))));
      top.append(...names, cell("td"));
      head.replaceChildren(...(columns.length ? [top] : []));
      body.replaceChildren(...lines.slice(1).map((_, place) => {
        const row = document.createElement("tr");
        row.append(...columns.map((column) => cell("td", input(place + 1, column))), cell("td", button("row", place + 1, words.wordsRemoveRow.replace("%s", place + 1))));
        return row;
      }));
    };
    const focus = (row, column) => editor.querySelector(`textarea[data-row="${row}"][data-column="${column}"]`)?.focus();
    const addColumn = () => {
      if (width() >= MOST_COLUMNS) return;
      const columns = width();
      if (!lines.length) lines = [[], []];
      lines.forEach((line) => { while (line.length <= columns) line.push(""); });
      draw();
      focus(0, columns);
    };
    const addRow = (column = 0) => {
      if (!width()) return addColumn();
      lines.push(Array(width()).fill(""));
      draw();
      focus(lines.length - 1, column);
    };

    editor.addEventListener("input", (event) => {
      const { row, column } = event.target.dataset;
      if (row === undefined) return;
      event.stopPropagation();
      const line = lines[row];
      while (line.length <= column) line.push("");
      line[column] = event.target.value;
      const kept = lines;
      save();
      lines = kept; // empty rows at the end stand in the grid, not in the text
    });
    editor.addEventListener("click", (event) => {
      if (event.target.closest("[data-examples-row]")) return addRow();
      if (event.target.closest("[data-examples-column]")) return addColumn();
      const removing = event.target.closest("[data-examples-remove]");
      if (!removing) return;
      const place = Number(removing.dataset.place);
      if (removing.dataset.examplesRemove === "row") lines.splice(place, 1);
      else lines.forEach((line) => line.splice(place, 1));
      if (!width()) lines = [];
      draw();
      save();
      (editor.querySelector("textarea") ?? editor.querySelector("[data-examples-row]")).focus();
    });
    editor.addEventListener("keydown", (event) => {
      const { row, column } = event.target.dataset;
      if (row === undefined || event.key !== "Enter" || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (Number(row) + 1 < lines.length) focus(Number(row) + 1, column);
      else addRow(Number(column));
    });
    editor.addEventListener("paste", (event) => {
      const { row, column } = event.target.dataset;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (row === undefined || !/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      pasted(text).forEach((cells, down) => {
        const place = Number(row) + down;
        while (lines.length <= place) lines.push([]);
        cells.slice(0, MOST_COLUMNS - Number(column)).forEach((value, right) => {
          while (lines[place].length <= Number(column) + right) lines[place].push("");
          lines[place][Number(column) + right] = value;
        });
      });
      lines.forEach((line) => { while (line.length < width()) line.push(""); });
      draw();
      save();
      focus(row, column);
    });

    draw();
    area.classList.add("is-previewed");
    area.after(editor);
    editor.setAttribute("role", "group");
    editor.setAttribute("aria-label", area.labels?.[0]?.textContent.trim() ?? "");
  };
  document.querySelectorAll("textarea[data-examples]").forEach(enhance);
})();
